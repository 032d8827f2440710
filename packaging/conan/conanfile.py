# SPDX-License-Identifier: MIT
# conan create packaging/conan: the library of this source tree, and test_package against it.
from pathlib import Path

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir
from conan.tools.gnu import PkgConfigDeps


class SocketioConan(ConanFile):
    name = "socketio-cpp"
    version = "0.1.0"
    description = "Socket.IO for C++20: a server and a client that speak Socket.IO protocol 5 over Engine.IO 4"
    license = "MIT"
    topics = ("socket.io", "engine.io", "websocket", "networking")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False], "fPIC": [True, False]}
    default_options = {"shared": False, "fPIC": True}
    implements = ["auto_shared_fpic"]

    def export_sources(self):
        root = Path(self.recipe_folder).parents[1]
        # The browser client, which servers carry, if npm has installed it.
        client = "packaging/client/node_modules/socket.io-client/dist/*"
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*", client):
            copy(self, pattern, src=str(root), dst=self.export_sources_folder)

    def requirements(self):
        # Headers of these are in our public ones.
        self.requires("nlohmann_json/3.11.3", transitive_headers=True)
        self.requires("boost/1.83.0", transitive_headers=True)
        self.requires("hiredis/1.2.0")
        self.requires("openssl/[>=3 <4]")
        self.requires("simdjson/3.6.2")
        self.requires("zlib/[>=1.2.11 <2]")

    def build_requirements(self):
        # hiredis is found by it.
        self.tool_requires("pkgconf/[>=2 <3]")

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        toolchain = CMakeToolchain(self)
        for part in ("TESTS", "TOOLS", "EXAMPLES", "BENCH", "FUZZ"):
            toolchain.cache_variables[f"SOCKETIO_BUILD_{part}"] = False
        toolchain.generate()
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", src=self.source_folder, dst=str(Path(self.package_folder) / "licenses"))
        rmdir(self, str(Path(self.package_folder) / "share"))

    def package_info(self):
        # The project's own package file says what its targets need.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = ["lib/cmake/socketio"]
