// The same in C++: owners around what the C functions make, exceptions from statuses.
//   c++ -std=c++17 alias.cpp $(pkg-config --cflags --libs moire) -o alias && ./alias
#include <moire.h>

#include <cstdio>
#include <memory>
#include <random>
#include <stdexcept>
#include <vector>

namespace {

void check(moire_status status) {
  if (status != moire_ok) { throw std::runtime_error(moire_status_message(status)); }
}

struct Free {
  void operator()(moire_reader *reader) const { moire_reader_destroy(reader); }
  void operator()(void *memory) const { moire_free(memory); }
};

/// Reads maps of one size at one stride. One reader serves all threads; each brings a workspace.
class Reader {
 public:
  Reader(size_t height, size_t width, size_t stride) {
    moire_reader_options options{};
    options.height = height, options.width = width;
    options.stride_height = options.stride_width = stride;
    moire_reader *made = nullptr;
    check(moire_reader_create(&made, &options));
    reader_.reset(made);
    bytes_ = moire_reader_workspace_size(made, 0);
    workspace_.reset(moire_alloc(bytes_));
    if (!workspace_) { throw std::bad_alloc(); }
  }

  /// Energies of every plane, in their order.
  std::vector<moire_energies> read(const moire_planes &planes) {
    std::vector<moire_energies> energies(planes.count);
    moire_reading reading{};
    reading.energies = energies.data();
    check(moire_reader_read(reader_.get(), &planes, &reading, workspace_.get(), bytes_));
    return energies;
  }

 private:
  std::unique_ptr<moire_reader, Free> reader_;
  std::unique_ptr<void, Free> workspace_;
  size_t bytes_ = 0;
};

}  // namespace

int main() try {
  // White noise, channels last: 8 channels side by side in every sample.
  const size_t size = 96, channels = 8;
  std::vector<float> map(size * size * channels);
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (float &value : map) { value = normal(random); }

  const auto step = static_cast<ptrdiff_t>(channels);
  const moire_planes planes{map.data(), channels, 1, static_cast<ptrdiff_t>(size) * step, step};
  double alias = 0, total = 0;
  for (const moire_energies &plane : Reader(size, size, 2).read(planes)) {
    alias += plane.alias, total += plane.total;  // energies are pooled, never fractions
  }
  std::printf("alias fraction %.3f\n", alias / total);  // close to 3/4, the share of bins outside
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
