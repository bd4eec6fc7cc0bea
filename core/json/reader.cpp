#include "core/json/reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/bytes.h"
#include "core/error.h"
#include "core/text_position.h"

namespace waybill::json {
namespace {

// Walks over the text and tells the reader how far the lexer has come: SAX events carry no position of their own.
class TrackedIterator {
 public:
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedIterator() = default;
  TrackedIterator(const char* at, std::size_t* consumed) : at_(at), consumed_(consumed) {}
  reference operator*() const { return *at_; }
  TrackedIterator& operator++() {
    ++at_;
    ++*consumed_;
    return *this;
  }
  TrackedIterator operator++(int) {
    TrackedIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const TrackedIterator& other) const { return at_ == other.at_; }

 private:
  const char* at_ = nullptr;
  std::size_t* consumed_ = nullptr;
};

// Builds the Value. Open lists and maps are on a stack of our own, so depth costs no call stack.
class Builder {
 public:
  Builder(std::string_view text, std::string_view name, const Limits& limits)
      : text_(text), name_(name), limits_(limits) {}

  // The interface that nlohmann's parser calls.
  bool null() { return add(Value()); }
  bool boolean(bool value) { return add(Value(value)); }
  bool number_integer(std::int64_t value) { return add(Value(value)); }
  bool number_unsigned(std::uint64_t value) { return add(Value(value)); }
  bool number_float(double value, const std::string&) { return add(Value(value)); }
  bool string(std::string& value) { return add(Value(std::move(value))); }
  bool binary(std::vector<std::uint8_t>&) { throw Error(ErrorCode::Internal, "JSON text holds no binary data"); }
  bool start_object(std::size_t) { return open(Value::map()); }
  bool start_array(std::size_t) { return open(Value::list()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& key) {
    Frame& frame = stack_.back();
    if (!frame.keys.insert(key).second) fail(consumed_, fmt::format("the key '{}' appears twice in one object", key));
    frame.key = std::move(key);
    return true;
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) {
    // nlohmann counts from 1 and includes the character it stumbled over.
    fail(position == 0 ? 0 : position - 1, reason(error.what()));
  }

  [[noreturn]] void fail(std::size_t offset, std::string message) const {
    const TextPosition position = position_at(text_, offset);
    throw Error(ErrorCode::InvalidInput, std::move(message)).at({std::string(name_), position.line, position.column});
  }

  [[nodiscard]] std::size_t* consumed() noexcept { return &consumed_; }
  [[nodiscard]] Value take() { return std::move(root_); }

 private:
  struct Frame {
    Value value;
    std::string key;  // of the member that comes next
    std::unordered_set<std::string> keys;
  };

  bool add(Value value) {
    value.mark({0, current_line()});
    if (stack_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Frame& frame = stack_.back();
    if (frame.value.is_map()) {
      frame.value.members().push_back({std::move(frame.key), std::move(value)});
    } else {
      frame.value.items().push_back(std::move(value));
    }
    return true;
  }

  bool open(Value value) {
    if (stack_.size() >= limits_.depth)
      fail(consumed_ - 1, fmt::format("more than {} lists and objects inside each other", limits_.depth));
    value.mark({0, current_line()});
    stack_.push_back({std::move(value), {}, {}});
    return true;
  }

  bool close() {
    Value value = std::move(stack_.back().value);
    const Mark opened = value.mark();
    stack_.pop_back();
    add(std::move(value));
    last_added().mark(opened);
    return true;
  }

  Value& last_added() {
    if (stack_.empty()) return root_;
    Value& parent = stack_.back().value;
    return parent.is_map() ? parent.members().back().value : parent.items().back();
  }

  // The line of the token that the lexer has just read.
  std::uint32_t current_line() {
    const std::size_t now = std::max(consumed_, std::size_t{1}) - 1;  // behind a number it has read one character more
    line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(now), '\n'));
    counted_ = now;
    return line_;
  }

  // The parser's own words, without its prefix and without the text that it quotes: that may be a password.
  static std::string reason(std::string_view what) {
    if (const std::size_t prefix = what.find(": "); prefix != std::string_view::npos && what.starts_with('['))
      what.remove_prefix(prefix + 2);
    const std::size_t quoted = what.find("; last read: ");
    const std::size_t expected = what.rfind("; expected ");
    std::string text(what.substr(0, quoted));
    if (quoted != std::string_view::npos && expected != std::string_view::npos && expected > quoted)
      text += what.substr(expected);
    return "invalid JSON: " + text;
  }

  std::string_view text_;
  std::string_view name_;
  Limits limits_;
  std::size_t consumed_ = 0;
  std::size_t counted_ = 0;
  std::uint32_t line_ = 1;
  std::vector<Frame> stack_;
  Value root_;
};

}  // namespace

Value parse(std::string_view text, std::string_view name, const Limits& limits) {
  Builder builder(text, name, limits);
  if (text.size() > limits.bytes) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is larger than {} bytes", name, limits.bytes))
        .at({std::string(name), 0, 0});
  }
  if (const std::size_t bad = utf8_prefix(text); bad != text.size())
    builder.fail(bad, "invalid JSON: the text is not UTF-8");
  // The parser takes a zero byte for the end of the text and skips a byte order mark; RFC 8259 has neither.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
    builder.fail(zero, "invalid JSON: a zero byte");
  if (text.starts_with("\xef\xbb\xbf")) builder.fail(0, "invalid JSON: a byte order mark");
  const TrackedIterator begin(text.data(), builder.consumed());
  const TrackedIterator end(text.data() + text.size(), builder.consumed());
  if (!nlohmann::json::sax_parse(begin, end, &builder))
    throw Error(ErrorCode::Internal, "the JSON parser stopped without a reason");
  return builder.take();
}

}  // namespace waybill::json
