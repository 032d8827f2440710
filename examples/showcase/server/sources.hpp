// SPDX-License-Identifier: MIT
// The sources of this server as they were compiled: the build writes them into the executable
// (embed_sources.cmake), so that the page shows what is running.
#pragma once

#include <optional>
#include <string_view>

namespace showcase {

/// The text of a source file, "chat.cpp".
std::optional<std::string_view> source_of(std::string_view file);

}  // namespace showcase
