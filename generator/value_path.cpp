#include "generator/value_path.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>

#include "core/error.h"
#include "core/json/reader.h"
#include "generator/leaves.h"

namespace waybill {
namespace {

constexpr std::string_view kSpecial = ".[]\"=\\";

// Behind the quote that closes what the one at `at` opens; npos when none does.
std::size_t after_quotes(std::string_view text, std::size_t at) noexcept {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

std::optional<std::size_t> parse_index(std::string_view digits) {
  std::size_t index = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  const bool is_plain = problem == std::errc() && end == digits.data() + digits.size();
  if (!is_plain || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  return index;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::vector<ValuePath::Step> run() {
    steps_.push_back(text_.starts_with('[') ? bracket() : key());
    while (at_ < text_.size()) {
      if (steps_.size() == ValuePath::kDeepest)
        fail(fmt::format("it has more than {} steps", ValuePath::kDeepest), "a values file is seldom half as deep");
      if (text_[at_] == '[') {
        steps_.push_back(bracket());
      } else if (text_[at_] == '.') {
        ++at_;
        steps_.push_back(key());
      } else {
        fail(fmt::format("'{}' follows a bracket", text_.substr(at_, 1)), "write '.' before the next key");
      }
    }
    return std::move(steps_);
  }

 private:
  [[noreturn]] void fail(std::string_view reason, std::string_view hint) const {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no path to a value: {}", text_, reason))
        .hint(std::string(hint));
  }

  ValuePath::Step key() {
    std::string key;
    for (; at_ < text_.size() && text_[at_] != '.' && text_[at_] != '['; ++at_) {
      const char c = text_[at_];
      if (c == '\\') {
        if (at_ + 1 == text_.size() || kSpecial.find(text_[at_ + 1]) == std::string_view::npos)
          fail("a '\\' escapes nothing", R"(it takes the meaning of . [ ] " = and of itself)");
        key += text_[++at_];
      } else if (kSpecial.find(c) != std::string_view::npos) {
        fail(fmt::format("a key has the character '{}'", c), fmt::format("write '\\{}' if it is meant", c));
      } else {
        key += c;
      }
    }
    if (key.empty()) fail("a key is empty", "keys are separated by single dots: driver.version");
    return key;
  }

  ValuePath::Step bracket() {
    const std::size_t begin = at_ + 1;
    const bool quoted = begin < text_.size() && text_[begin] == '"';
    const std::size_t end = quoted ? after_quotes(text_, begin) : text_.find(']', begin);
    if (end == std::string_view::npos || end >= text_.size() || text_[end] != ']')
      fail("a bracket is not closed", "lists are indexed as in tolerations[0]");
    const std::string_view inside = text_.substr(begin, end - begin);
    at_ = end + 1;
    if (quoted) return json::parse(inside, text_).as_string();
    const std::optional<std::size_t> index = parse_index(inside);
    if (!index)
      fail(fmt::format("'{}' is no index", inside), R"(an index is 0 or more; a key in brackets has quotes: ["a.b"])");
    return *index;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<ValuePath::Step> steps_;
};

std::string text_of(std::span<const ValuePath::Step> steps) {
  std::string text;
  for (const ValuePath::Step& step : steps) {
    if (const auto* key = std::get_if<std::string>(&step)) {
      text = member_path(text, *key);
    } else {
      text += fmt::format("[{}]", std::get<std::size_t>(step));
    }
  }
  return text;
}

}  // namespace

ValuePath ValuePath::parse(std::string_view text) {
  ValuePath path;
  path.steps_ = Parser(text).run();
  return path;
}

std::size_t ValuePath::end_in_assignment(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '=') return at;
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      const std::size_t after = after_quotes(text, at);
      if (after != std::string_view::npos) at = after - 1;
    }
  }
  return std::string_view::npos;
}

std::string ValuePath::text() const { return text_of(steps_); }

bool ValuePath::is_within(const ValuePath& other) const {
  return steps_.size() >= other.steps_.size() && std::equal(other.steps_.begin(), other.steps_.end(), steps_.begin());
}

void put(Value& values, const ValuePath& path, Value value) {
  const std::span<const ValuePath::Step> steps = path.steps();
  Value* place = &values;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto refuse = [&](std::string_view hint) {
      const std::string_view kind = place->kind_name();
      std::string found =
          fmt::format("{} is {} {}", i == 0 ? "the whole" : fmt::format("'{}'", text_of(steps.first(i))),
                      kind.starts_with('i') ? "an" : "a", kind);
      if (place->is_list()) found += fmt::format(" of {}", place->items().size());
      throw Error(ErrorCode::InvalidInput, fmt::format("cannot set '{}': {}", path.text(), found))
          .hint(std::string(hint));
    };
    if (const auto* key = std::get_if<std::string>(&steps[i])) {
      if (place->is_list()) refuse("name one of its elements, [0] for the first, or replace the list by --set-json");
      if (!place->is_map() && !place->is_null()) refuse("set it whole, or choose another path");
      Value* next = place->find(*key);
      place = next != nullptr ? next : &place->set(*key, Value());
    } else {
      const std::size_t index = std::get<std::size_t>(steps[i]);
      if (place->is_null()) *place = Value::list();
      if (!place->is_list()) refuse(place->is_map() ? "name a key of it" : "set it whole, or choose another path");
      if (index > place->items().size()) refuse("an element is appended at the end of a list, without a gap");
      place = index < place->items().size() ? &place->items()[index] : &place->push_back(Value());
    }
  }
  *place = std::move(value);
}

}  // namespace waybill
