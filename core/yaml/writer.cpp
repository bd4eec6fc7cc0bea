#include "core/yaml/writer.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "core/bytes.h"
#include "core/error.h"
#include "core/yaml/plain_scalar.h"

namespace waybill::yaml {
namespace {

constexpr unsigned kStep = 2;
constexpr std::size_t kDash = 2;  // what "- " takes
// Readers look 1024 characters far for the ':' after a key; longer keys need the '? ' form.
constexpr std::size_t kLongestSimpleKey = 1000;

// One character of UTF-8 text (which must be well formed).
struct Character {
  std::uint32_t code = 0;
  std::size_t length = 1;
};

Character character_at(std::string_view text, std::size_t position) noexcept {
  const auto lead = static_cast<unsigned char>(text[position]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  std::uint32_t code = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[position + i]) & 0x3fU);
  return {code, length};
}

// Control characters, and those that some reader takes for a line break, a blank or nothing at all.
bool needs_escape(std::uint32_t code) noexcept {
  return code < 0x20 || (code >= 0x7f && code <= 0xa0) || code == 0x2028 || code == 0x2029 || code == 0xfeff ||
         code == 0xfffe || code == 0xffff;
}

// Whether every line of a text with line breaks is printable, and none ends in a blank.
bool fits_literal_block(std::string_view text) noexcept {
  if (text.find('\n') == std::string_view::npos || text.find_first_not_of('\n') == std::string_view::npos) return false;
  for (std::size_t i = 0; i < text.size();) {
    const Character character = character_at(text, i);
    const bool is_blank = character.code == ' ' || character.code == '\t';
    if (is_blank && (i + 1 == text.size() || text[i + 1] == '\n')) return false;
    if (character.code != '\n' && character.code != '\t' && needs_escape(character.code)) return false;
    i += character.length;
  }
  return true;
}

class Writer {
 public:
  Writer(std::size_t indent, std::size_t step) : root_indent_(indent), step_(step) {}

  std::string write(const Value& value) {
    out_.append(root_indent_, ' ');
    write_block(value, root_indent_);
    return std::move(out_);
  }

 private:
  // Writes a value whose first character stands at column `indent` and ends its last line.
  void write_block(const Value& value, std::size_t indent) {
    if (value.is_map() && !value.members().empty()) {
      write_members(value.members(), indent);
    } else if (value.is_list() && !value.items().empty()) {
      write_items(value.items(), indent);
    } else {
      // Lines of a literal block in a list stand two behind the dash; those of a root are indented, too.
      write_scalar(value, indent == 0 ? kDash : indent, kDash);
    }
  }

  void write_members(const Value::Map& members, std::size_t indent) {
    const std::size_t below = (indent / step_ + 1) * step_;
    bool first = true;
    for (const Value::Member& member : members) {
      if (!first) out_.append(indent, ' ');
      first = false;
      write_key(member.key, indent);
      const bool is_nested = (member.value.is_map() && !member.value.members().empty()) ||
                             (member.value.is_list() && !member.value.items().empty());
      if (is_nested) {
        out_ += '\n';
        out_.append(below, ' ');
        write_block(member.value, below);
      } else {
        out_ += ' ';
        write_scalar(member.value, below, below - indent);
      }
    }
  }

  void write_items(const Value::List& items, std::size_t indent) {
    bool first = true;
    for (const Value& item : items) {
      if (!first) out_.append(indent, ' ');
      first = false;
      out_ += "- ";
      write_block(item, indent + kDash);
    }
  }

  void write_key(const std::string& key, std::size_t indent) {
    const std::size_t start = out_.size();
    write_line_text(key);
    if (out_.size() - start > kLongestSimpleKey) {
      out_.insert(start, "? ");
      out_ += '\n';
      out_.append(indent, ' ');
    }
    out_ += ':';
  }

  // `block_indent` is where the lines of a literal block stand, and how far that is from what holds the value.
  void write_scalar(const Value& value, std::size_t block_indent, std::size_t block_step) {
    if (value.is_string() && fits_literal_block(checked(value.as_string()))) {
      write_literal_block(value.as_string(), block_indent, block_step);
      return;
    }
    std::visit([this](const auto& data) { write_line(data); }, value.data());
    out_ += '\n';
  }

  void write_line(std::monostate) { out_ += "null"; }
  void write_line(bool value) { out_ += value ? "true" : "false"; }
  void write_line(std::int64_t value) { out_ += std::to_string(value); }
  void write_line(std::uint64_t value) { out_ += std::to_string(value); }
  void write_line(const std::string& text) { write_line_text(text); }
  void write_line(const Value::List&) { out_ += "[]"; }  // only empty ones come here
  void write_line(const Value::Map&) { out_ += "{}"; }

  void write_line(double value) {
    if (std::isnan(value)) {
      out_ += ".nan";
    } else if (std::isinf(value)) {
      out_ += value < 0 ? "-.inf" : ".inf";
    } else {
      // With a point in the mantissa it is a float to every reader, also to those of YAML 1.1.
      std::string digits = shortest(value);
      if (digits.find('.') == std::string::npos) digits.insert(std::min(digits.find('e'), digits.size()), ".0");
      out_ += digits;
    }
  }

  void write_line_text(const std::string& text) {
    if (is_safe_plain_text(text)) {
      out_ += text;
    } else {
      write_quoted(checked(text));
    }
  }

  static const std::string& checked(const std::string& text) {
    if (!is_utf8(text)) throw Error(ErrorCode::InvalidInput, "a text that is not UTF-8 cannot be written as YAML");
    return text;
  }

  void write_quoted(std::string_view text) {
    out_ += '"';
    for (std::size_t i = 0; i < text.size();) {
      const Character character = character_at(text, i);
      switch (character.code) {
        case '"':
          out_ += "\\\"";
          break;
        case '\\':
          out_ += "\\\\";
          break;
        case '\n':
          out_ += "\\n";
          break;
        case '\t':
          out_ += "\\t";
          break;
        default:
          if (needs_escape(character.code)) {
            out_ += fmt::format("\\u{:04X}", character.code);
          } else {
            out_ += text.substr(i, character.length);
          }
      }
      i += character.length;
    }
    out_ += '"';
  }

  void write_literal_block(std::string_view text, std::size_t indent, std::size_t step) {
    out_ += '|';
    // A first line that is empty or begins with a blank says nothing about the indentation: name it.
    if (text.front() == ' ' || text.front() == '\t' || text.front() == '\n') out_ += std::to_string(step);
    if (!text.ends_with('\n')) {
      out_ += '-';
    } else if (text.ends_with("\n\n")) {
      out_ += '+';
    }
    out_ += '\n';
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      if (end != 0) out_.append(indent, ' ');
      out_ += text.substr(0, end);
      out_ += '\n';
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  std::size_t root_indent_;
  std::size_t step_;
  std::string out_;
};

}  // namespace

std::string write(const Value& value) { return write(value, kStep); }
std::string write(const Value& value, unsigned indentation) { return Writer(0, indentation).write(value); }

std::string write_indented(const Value& value, unsigned spaces) {
  std::string text = Writer(spaces, kStep).write(value);
  text.pop_back();
  return text;
}

}  // namespace waybill::yaml
