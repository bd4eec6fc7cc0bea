#include "core/json/writer.h"

#include <fmt/core.h>

#include <cstdint>
#include <string_view>
#include <variant>

#include "core/bytes.h"
#include "core/error.h"

namespace waybill::json {
namespace {

class Writer {
 public:
  Writer(HtmlEscape escape, bool pretty) : escape_(escape), pretty_(pretty) {}

  void write(const Value& value) {
    std::visit([this](const auto& data) { write_data(data); }, value.data());
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void write_data(std::monostate) { out_ += "null"; }
  void write_data(bool value) { out_ += value ? "true" : "false"; }
  void write_data(std::int64_t value) { out_ += std::to_string(value); }
  void write_data(std::uint64_t value) { out_ += std::to_string(value); }
  void write_data(double value) { out_ += shortest(value); }

  void write_data(const Value::List& items) {
    if (items.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    ++depth_;
    bool first = true;
    for (const Value& item : items) {
      separate(first);
      write(item);
    }
    --depth_;
    break_line();
    out_ += ']';
  }

  void write_data(const Value::Map& members) {
    if (members.empty()) {
      out_ += "{}";
      return;
    }
    out_ += '{';
    ++depth_;
    bool first = true;
    for (const Value::Member& member : members) {
      separate(first);
      write_data(member.key);
      out_ += pretty_ ? ": " : ":";
      write(member.value);
    }
    --depth_;
    break_line();
    out_ += '}';
  }

  void write_data(const std::string& text) {
    if (!is_utf8(text)) throw Error(ErrorCode::InvalidInput, "a text that is not UTF-8 cannot be written as JSON");
    out_ += '"';
    std::size_t copied = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const std::size_t length = escape_at(text, i);
      if (length == 0) continue;
      out_.append(text, copied, i - copied);
      append_escape(std::string_view(text).substr(i, length));
      copied = i + length;
      i = copied - 1;
    }
    out_.append(text, copied);
    out_ += '"';
  }

  // How many bytes at this place must be written as one escape; 0 for none.
  [[nodiscard]] std::size_t escape_at(std::string_view text, std::size_t position) const noexcept {
    const char c = text[position];
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') return 1;
    if (escape_ == HtmlEscape::No) return 0;
    if (c == '<' || c == '>' || c == '&') return 1;
    const std::string_view rest = text.substr(position);
    return rest.starts_with("\u2028") || rest.starts_with("\u2029") ? 3 : 0;
  }

  void append_escape(std::string_view character) {
    if (character.size() == 3) {
      out_ += character == "\u2028" ? "\\u2028" : "\\u2029";
      return;
    }
    switch (character.front()) {
      case '"':
        out_ += "\\\"";
        break;
      case '\\':
        out_ += "\\\\";
        break;
      case '\n':
        out_ += "\\n";
        break;
      case '\r':
        out_ += "\\r";
        break;
      case '\t':
        out_ += "\\t";
        break;
      default:
        out_ += fmt::format("\\u{:04x}", static_cast<unsigned>(character.front()));
        break;
    }
  }

  void separate(bool& first) {
    if (!first) out_ += ',';
    first = false;
    break_line();
  }

  void break_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(std::size_t{2} * depth_, ' ');
  }

  HtmlEscape escape_;
  bool pretty_;
  unsigned depth_ = 0;
  std::string out_;
};

}  // namespace

std::string write(const Value& value, HtmlEscape escape) {
  Writer writer(escape, false);
  writer.write(value);
  return writer.take();
}

std::string write_pretty(const Value& value, HtmlEscape escape) {
  Writer writer(escape, true);
  writer.write(value);
  return writer.take() + '\n';
}

std::string canonical(const Value& value) { return write(sorted(value), HtmlEscape::No); }

}  // namespace waybill::json
