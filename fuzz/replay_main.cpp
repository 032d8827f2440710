// SPDX-License-Identifier: MIT
// Runs a fuzz target over stored inputs if libFuzzer is not linked. Arguments are files and
// folders; libFuzzer's flags are accepted and ignored. Fails if a path is missing or a folder
// has no file.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

bool run_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "cannot read " << path << '\n';
    return false;
  }
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  // A copy of exactly the input's size, so that a sanitizer notices reads after its end.
  const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(input.data(), input.size());
  return true;
}

/// Returns how many files were run; 0 is a failure.
std::size_t run_path(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return run_file(path) ? 1 : 0;
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    if (!run_file(entry.path())) return 0;
    ++count;
  }
  if (count == 0) std::cerr << path << " has no file\n";
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t total = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with('-')) continue;
    const std::size_t count = run_path(argument);
    if (count == 0) return 1;
    total += count;
  }
  std::cout << "replayed " << total << " inputs\n";
  return total == 0 ? 1 : 0;
}
