// SPDX-License-Identifier: MIT
#include "lines.hpp"

#include <openssl/evp.h>

#include <algorithm>

namespace cluster_node {
namespace {

using socketio::Bytes;
using socketio::json;

std::string to_base64(const Bytes& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

Bytes from_base64(const std::string& text) {
  Bytes bytes(text.size() / 4 * 3);
  const int size =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  const auto padding = std::count(text.begin(), text.end(), '=');
  bytes.resize(static_cast<std::size_t>(std::max<std::ptrdiff_t>(size - padding, 0)));
  return bytes;
}

json shown(const json& value) {
  if (value.is_binary()) return {{"$bytes", to_base64(value.get_binary())}};
  json copy = value;
  if (value.is_structured()) {
    for (auto& item : copy) item = shown(item);
  }
  return copy;
}

json read(const json& value) {
  if (value.is_object() && value.contains("$bytes"))
    return json::binary(from_base64(value["$bytes"].get<std::string>()));
  json copy = value;
  if (value.is_structured()) {
    for (auto& item : copy) item = read(item);
  }
  return copy;
}

}  // namespace

std::string to_line(const json& value) { return shown(value).dump(); }

json from_line(const std::string& line) { return read(json::parse(line)); }

}  // namespace cluster_node
