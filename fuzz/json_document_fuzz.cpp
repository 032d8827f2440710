// SPDX-License-Identifier: MIT
// Any text parses or is refused. What parses is written as JSON that parses to the same value,
// both through a json value and directly from the tree. The first byte of the input is the number
// of attachments.
#include "codec/json/document.hpp"

#include <socketio/json_writer.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using socketio::Bytes;
using socketio::json;
using socketio::JsonWriter;
using socketio::TextBuffer;
using socketio::Value;
using socketio::codec::Document;

std::string written(const json& value, std::vector<Bytes>& attachments) {
  TextBuffer text;
  JsonWriter(text, attachments).value(value);
  return std::string(text.view());
}

void check(Document& document, const Value& value) {
  std::string direct;
  value.append_text(direct);
  TextBuffer attached;
  std::vector<Bytes> bytes;
  JsonWriter writer(attached, bytes);
  value.write(writer);
  const json tree = value.to_json();

  std::vector<Bytes> attachments;
  const std::string text = written(tree, attachments);
  const auto again = document.parse(text, attachments);
  if (!again) std::abort();
  std::vector<Bytes> attachments_again;
  if (written(again->to_json(), attachments_again) != text) std::abort();
  if (attachments_again != attachments) std::abort();

  const auto whole = document.parse(attached.view(), bytes);
  if (!whole || whole->to_json() != tree) std::abort();

  const auto reparsed = document.parse(direct);
  if (!reparsed) std::abort();
  std::string direct_again;
  reparsed->append_text(direct_again);
  if (direct_again != direct) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static Document document;
  const std::string text(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::vector<Bytes> attachments(data[0] % 4, Bytes{1, 2});
  if (const auto value = document.parse(text, attachments)) check(document, *value);

  std::vector<Bytes> none;
  if (!document.parse(written(text, none))) std::abort();
  return 0;
}
