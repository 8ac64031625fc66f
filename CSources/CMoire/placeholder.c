#include "moire.h"
