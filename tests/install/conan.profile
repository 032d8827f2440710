# Every dependency is the system's, so that no server is asked. The versions are those that the recipe names.
include(default)
[settings]
compiler.cppstd=20
build_type=Debug
[platform_requires]
boost/1.83.0
hiredis/1.2.0
nlohmann_json/3.11.3
openssl/3.0.0
simdjson/3.6.2
zlib/1.2.11
[platform_tool_requires]
pkgconf/2.1.0
[conf]
tools.cmake.cmake_layout:test_folder=$TMP
