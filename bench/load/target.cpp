// SPDX-License-Identifier: MIT
#include "target.hpp"

#include <memory>
#include <netdb.h>
#include <stdexcept>

namespace load {

Target Target::resolve(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_family = AF_INET;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    throw std::runtime_error("cannot resolve " + host + ": " + gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
  Target target;
  target.address = *reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  target.address.sin_port = htons(port);
  target.authority = host + ":" + std::to_string(port);
  return target;
}

}  // namespace load
