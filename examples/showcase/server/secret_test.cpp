// SPDX-License-Identifier: MIT
#include "secret.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace showcase {
namespace {

namespace fs = std::filesystem;

class Secret : public testing::Test {
 protected:
  Secret() { fs::create_directories(folder_); }
  ~Secret() override { fs::remove_all(folder_); }

  fs::path file() const { return folder_ / "secret"; }

 private:
  fs::path folder_ =
      fs::path(testing::TempDir()) /
      ("secret_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(Secret, IsMadeOnce) {
  const std::string made = load_or_make_secret(file());
  EXPECT_EQ(made.size(), 64U);
  EXPECT_EQ(load_or_make_secret(file()), made);
  fs::remove(file());
  EXPECT_NE(load_or_make_secret(file()), made);
}

TEST_F(Secret, IsItsOwnersAlone) {
  load_or_make_secret(file());
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  fs::permissions(file(), fs::perms::group_read, fs::perm_options::add);
  EXPECT_THROW(load_or_make_secret(file()), std::runtime_error);
}

TEST_F(Secret, IsNeverEmpty) {
  load_or_make_secret(file());
  std::ofstream(file(), std::ios::trunc).flush();
  EXPECT_THROW(load_or_make_secret(file()), std::runtime_error);
}

TEST_F(Secret, IsOneHoweverManyServersStartAtOnce) {
  for (int round = 0; round < 50; ++round) {
    std::vector<std::future<std::string>> servers(8);
    for (auto& server : servers)
      server = std::async(std::launch::async, [&] { return load_or_make_secret(file()); });
    std::set<std::string> secrets;
    for (auto& server : servers) secrets.insert(server.get());
    ASSERT_EQ(secrets.size(), 1U);
    ASSERT_EQ(secrets.begin()->size(), 64U);
    fs::remove(file());
    ASSERT_TRUE(fs::is_empty(file().parent_path())) << "a temporary file is left";
  }
}

TEST_F(Secret, NeedsItsFolder) {
  EXPECT_THROW(load_or_make_secret(file().parent_path() / "none" / "secret"), std::runtime_error);
}

}  // namespace
}  // namespace showcase
