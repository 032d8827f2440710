# SPDX-License-Identifier: MIT
# cmake -DFILES=<file>;… -DOUT=<file> -P embed_sources.cmake: writes what sources.hpp declares.
set(text "// Written by embed_sources.cmake.\n#include \"sources.hpp\"\n\nnamespace showcase {\n\n")
string(APPEND text "std::optional<std::string_view> source_of(std::string_view file) {\n")
foreach(file IN LISTS FILES)
  cmake_path(GET file FILENAME name)
  file(READ ${file} source)
  string(APPEND text "  if (file == \"${name}\") return R\"~source~(${source})~source~\";\n")
endforeach()
string(APPEND text "  return std::nullopt;\n}\n\n}  // namespace showcase\n")
file(WRITE ${OUT} "${text}")
