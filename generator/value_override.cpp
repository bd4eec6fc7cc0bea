#include "generator/value_override.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "core/bytes.h"
#include "core/error.h"
#include "core/json/reader.h"

namespace waybill {
namespace {

constexpr std::string_view kEscaped = ",{}\\";

template <typename Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Only what comes back as it was typed is a number: 1.10, 007 and +1 stay text (spec: recipe-engine, B17).
Value guess(std::string text) {
  if (text == "true" || text == "false") return text == "true";
  if (text == "null") return nullptr;
  if (const auto number = parse_whole<std::int64_t>(text); number && std::to_string(*number) == text) return *number;
  if (text.find('.') != std::string_view::npos) {
    if (const auto number = parse_whole<double>(text); number && shortest(*number) == text) return *number;
  }
  return text;
}

bool is_escape(std::string_view text, std::size_t at) noexcept {
  return text[at] == '\\' && at + 1 < text.size() && kEscaped.find(text[at + 1]) != std::string_view::npos;
}

// Where the first of these characters stands that no backslash escapes, or the end.
std::size_t find_bare(std::string_view text, std::string_view characters, std::size_t at = 0) noexcept {
  for (; at < text.size(); ++at) {
    if (is_escape(text, at)) {
      ++at;
    } else if (characters.find(text[at]) != std::string_view::npos) {
      return at;
    }
  }
  return text.size();
}

std::string unescaped(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (is_escape(text, at)) ++at;
    result += text[at];
  }
  return result;
}

// What is left of one flag's text, read from the left.
class Parser {
 public:
  Parser(std::string_view text, Setter setter) : text_(text), rest_(text), whole_(text), setter_(setter) {}

  std::vector<ValueOverride> run() {
    if (!is_utf8(rest_) || rest_.find('\0') != std::string_view::npos)
      throw Error(ErrorCode::InvalidInput, fmt::format("what {} sets is no text in UTF-8", flag_of(setter_)));
    std::vector<ValueOverride> overrides;
    do {
      overrides.push_back(next());
    } while (!rest_.empty());
    return overrides;
  }

 private:
  [[noreturn]] void fail(std::string_view reason, std::string hint = {}) const {
    if (hint.empty() && whole_.data() != text_.data()) hint = separators();
    if (hint.empty())
      hint = fmt::format("the form is {} component:path.to.field={}", flag_of(setter_),
                         setter_ == Setter::SetFile   ? "FILE"
                         : setter_ == Setter::SetJson ? "JSON"
                                                      : "value");
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' sets no value: {}", whole_, reason)).hint(std::move(hint));
  }

  ValueOverride next() {
    whole_ = rest_;
    const std::size_t colon = rest_.find(':');
    const std::size_t length =
        colon == std::string_view::npos ? colon : ValuePath::end_in_assignment(rest_.substr(colon + 1));
    if (length == std::string_view::npos) fail(colon == std::string_view::npos ? "no ':'" : "no '=' behind the path");
    const std::size_t equals = colon + 1 + length;
    const std::string_view component = rest_.substr(0, colon);
    if (component.empty()) fail("no component");
    if (component.find_first_of("=,") != std::string_view::npos) fail(fmt::format("'{}' is no component", component));
    if (length == 0) fail("no path");
    ValuePath path = ValuePath::parse(rest_.substr(colon + 1, length));
    rest_.remove_prefix(equals + 1);
    return {std::string(component), std::move(path), value(), flag_of(setter_)};
  }

  static std::string separators() { return "a comma that belongs to a value before it is written '\\,'"; }

  Value value() {
    if (setter_ == Setter::SetFile) return std::string(std::exchange(rest_, {}));
    if (setter_ == Setter::SetJson) {
      if (rest_.empty()) fail("no JSON");
      return with_context(
          [&] { return fmt::format("while reading --set-json '{}'", whole_); },
          [&] { return json::parse(std::exchange(rest_, {}), "JSON", {.depth = ValuePath::kDeepest}); });
    }
    return rest_.starts_with('{') ? list() : scalar();
  }

  // Up to a comma behind which another override begins.
  Value scalar() {
    std::size_t end = find_bare(rest_, ",");
    while (end < rest_.size()) {
      const std::string_view behind = rest_.substr(end + 1);
      if (behind.substr(0, find_bare(behind, ",")).find('=') != std::string_view::npos) break;
      end = find_bare(rest_, ",", end + 1);
    }
    const std::string_view text = rest_.substr(0, end);
    step_over(end);
    if (setter_ == Setter::Set && text.starts_with('[') && text.ends_with(']'))
      fail(fmt::format("'{}' would be a text", text),
           "a list is written {a,b} or given to --set-json; a text to --set-string");
    return element(text);
  }

  Value list() {
    Value items = Value::list();
    const std::size_t end = find_bare(rest_, "{}", 1);
    const bool is_list = end < rest_.size() && rest_[end] == '}' && (end + 1 == rest_.size() || rest_[end + 1] == ',');
    std::string_view inside = rest_.substr(1, end - 1);
    if (!is_list || inside.find('"') != std::string_view::npos)
      fail("a value in braces is a list of plain values", "--set-json takes JSON; a brace in a text is written '\\{'");
    for (bool more = !inside.empty(); more;) {
      const std::size_t comma = find_bare(inside, ",");
      items.push_back(element(inside.substr(0, comma)));
      more = comma < inside.size();
      inside.remove_prefix(more ? comma + 1 : comma);
    }
    step_over(end + 1);
    return items;
  }

  Value element(std::string_view text) const {
    if (setter_ == Setter::SetString) return unescaped(text);
    if (text.empty()) fail("no value", "--set-string sets an empty text, null removes a default of the chart");
    return guess(unescaped(text));
  }

  // Over a value and the comma behind it, which another override must follow.
  void step_over(std::size_t end) {
    if (end + 1 == rest_.size()) fail("a comma at its end", separators());
    rest_.remove_prefix(end == rest_.size() ? end : end + 1);
  }

  std::string_view text_;
  std::string_view rest_;
  std::string_view whole_;  // of the override that is being read, to the end
  Setter setter_;
};

}  // namespace

std::string_view flag_of(Setter setter) noexcept {
  constexpr std::array<std::string_view, 4> kFlags{"--set-json", "--set", "--set-string", "--set-file"};
  return kFlags.at(static_cast<std::size_t>(setter));
}

std::vector<ValueOverride> parse_overrides(std::string_view text, Setter setter) { return Parser(text, setter).run(); }

}  // namespace waybill
