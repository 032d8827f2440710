// SPDX-License-Identifier: MIT
// The console's completions for Tab.
#include "console.hpp"

#include <filesystem>

namespace sio {
namespace {

/// The files whose path begins with `begin`, each with @ before it; folders end with a slash.
std::vector<std::string> files_like(const std::string& begin) {
  namespace fs = std::filesystem;
  const std::size_t slash = begin.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : begin.substr(0, slash + 1);
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, error), end;
       !error && entry != end; entry.increment(error)) {
    std::error_code unknown;
    const std::string name = folder + entry->path().filename().string();
    found.push_back('@' + name + (entry->is_directory(unknown) ? "/" : ""));
  }
  return found;
}

}  // namespace

std::vector<std::string> Console::completions(std::string_view line) const {
  const std::size_t blank = line.find_last_of(' ');
  const std::string_view word = line.substr(blank + 1);
  if (word.starts_with('@')) return files_like(std::string(word.substr(1)));

  const std::string_view first = line.substr(0, line.find(' '));
  std::vector<std::string> found;
  if (blank == std::string_view::npos || first == "/ack") {
    for (const std::string& event : events_) found.push_back(to_word(event));
  }
  if (blank == std::string_view::npos) {
    for (const Verb& verb : verbs()) found.emplace_back(verb.name);
  } else if (first == "/join" || first == "/leave") {
    for (const std::string& nsp : attached_) found.push_back(nsp);
  }
  return found;
}

}  // namespace sio
