#include "clayers.h"
