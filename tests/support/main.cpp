// SPDX-License-Identifier: MIT
// main() of every test program. A program contains the tests of many files. `--file=ack_table_test`
// runs those of one file; ctest does this, so that a crash affects no other file. Can be combined
// with --gtest_filter.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view option = "--file=";

// GoogleTest's filter has no "and", so the tests of other files are subtracted from those that
// were asked for.
bool run_only(std::string_view stem) {
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  std::string& filter = testing::GTEST_FLAG(filter);
  bool is_found = false;
  bool has_exclusions = filter.find('-') != std::string::npos;
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    const testing::TestSuite& suite = *all.GetTestSuite(i);
    for (int j = 0; j < suite.total_test_count(); ++j) {
      const testing::TestInfo& test = *suite.GetTestInfo(j);
      if (std::filesystem::path(test.file()).stem() == stem) {
        is_found = true;
        continue;
      }
      filter += has_exclusions ? ':' : '-';
      filter.append(suite.name()).append(".").append(test.name());
      has_exclusions = true;
    }
  }
  return is_found;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument(argv[i]);
    if (argument.starts_with(option) && run_only(argument.substr(option.size()))) continue;
    std::fprintf(stderr, "%s: no test for %s\n", argv[0], argv[i]);
    return 1;
  }
  return RUN_ALL_TESTS();
}
