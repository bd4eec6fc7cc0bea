#include "core/value.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <unordered_map>

#include "core/error.h"

namespace waybill {
namespace {

// Up to this many members, comparing every key beats building an index.
constexpr std::size_t kSmallMap = 16;

[[noreturn]] void throw_wrong_kind(std::string_view wanted, const Value& value) {
  throw Error(ErrorCode::Internal, fmt::format("a value was used as {}, but it is {}", wanted, value.kind_name()));
}

template <typename Alternative, typename ValueType>
auto& get(ValueType& value, auto& data, std::string_view wanted) {
  auto* alternative = std::get_if<Alternative>(&data);
  if (alternative == nullptr) throw_wrong_kind(wanted, value);
  return *alternative;
}

// Finds members of one map by key: by comparing where the map is small, by an index where it is large.
// The map must not change meanwhile, except that members may be appended.
class MemberIndex {
 public:
  explicit MemberIndex(const Value::Map& members) : members_(members), size_(members.size()) {
    if (size_ <= kSmallMap) return;
    positions_.reserve(size_);
    for (std::size_t i = 0; i < size_; ++i) positions_.emplace(members[i].key, i);
  }

  // The position of the member, or npos.
  static constexpr std::size_t npos = std::numeric_limits<std::size_t>::max();
  [[nodiscard]] std::size_t position(const std::string& key) const {
    if (size_ > kSmallMap) {
      const auto found = positions_.find(key);
      return found == positions_.end() ? npos : found->second;
    }
    for (std::size_t i = 0; i < size_; ++i) {
      if (members_[i].key == key) return i;
    }
    return npos;
  }

 private:
  const Value::Map& members_;
  std::size_t size_;
  std::unordered_map<std::string, std::size_t> positions_;
};

void merge_into(Value& base, const Value& over) {
  if (!base.is_map() || !over.is_map()) {
    base = over;
    return;
  }
  Value::Map& members = base.members();
  const MemberIndex index(members);
  for (const Value::Member& member : over.members()) {
    const std::size_t position = index.position(member.key);
    if (position == MemberIndex::npos) {
      members.push_back(member);
    } else {
      merge_into(members[position].value, member.value);
    }
  }
}

void sort_in_place(Value& value) {
  if (value.is_list()) {
    for (Value& item : value.items()) sort_in_place(item);
  } else if (value.is_map()) {
    Value::Map& members = value.members();
    for (Value::Member& member : members) sort_in_place(member.value);
    std::sort(members.begin(), members.end(),
              [](const Value::Member& a, const Value::Member& b) { return a.key < b.key; });
  }
}

bool equal_maps(const Value::Map& a, const Value::Map& b) {
  if (a.size() != b.size()) return false;
  const MemberIndex index(b);
  return std::all_of(a.begin(), a.end(), [&](const Value::Member& member) {
    const std::size_t position = index.position(member.key);
    return position != MemberIndex::npos && b[position].value == member.value;
  });
}

}  // namespace

Value::Value(std::uint64_t value) noexcept
    : data_(value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                ? Data(static_cast<std::int64_t>(value))
                : Data(value)) {}

Value Value::map() {
  Value value;
  value.data_ = Map{};
  return value;
}

Value Value::map(std::initializer_list<Member> members) {
  Value value = map();
  for (const Member& member : members) value.set(member.key, member.value);
  return value;
}

std::string_view Value::kind_name() const noexcept {
  static constexpr std::array<std::string_view, std::variant_size_v<Data>> kNames{
      "null", "boolean", "integer", "integer", "number", "text", "list", "mapping"};
  return kNames.at(data_.index());
}

bool Value::as_bool() const { return get<bool>(*this, data_, "a boolean"); }

std::int64_t Value::as_int() const {
  if (const auto* large = std::get_if<std::uint64_t>(&data_)) {
    throw Error(ErrorCode::Internal, fmt::format("the integer {} does not fit into 64 bits with a sign", *large));
  }
  return get<std::int64_t>(*this, data_, "an integer");
}

double Value::as_double() const {
  if (const auto* number = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*number);
  if (const auto* number = std::get_if<std::uint64_t>(&data_)) return static_cast<double>(*number);
  return get<double>(*this, data_, "a number");
}

const std::string& Value::as_string() const { return get<std::string>(*this, data_, "a text"); }
const Value::List& Value::items() const { return get<List>(*this, data_, "a list"); }
Value::List& Value::items() { return get<List>(*this, data_, "a list"); }
const Value::Map& Value::members() const { return get<Map>(*this, data_, "a mapping"); }
Value::Map& Value::members() { return get<Map>(*this, data_, "a mapping"); }

const Value* Value::find(std::string_view key) const noexcept {
  const auto* members = std::get_if<Map>(&data_);
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) noexcept { return const_cast<Value*>(std::as_const(*this).find(key)); }

std::string Value::text_or(std::string_view key, std::string_view otherwise) const {
  const Value* value = find(key);
  return value != nullptr && value->is_string() ? value->as_string() : std::string(otherwise);
}

const Value* Value::find_path(std::span<const std::string> keys) const noexcept {
  const Value* value = this;
  for (const std::string& key : keys) {
    value = value->find(key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

Value& Value::set(std::string_view key, Value value) {
  if (is_null()) data_ = Map{};
  Map& all = members();
  if (Value* present = find(key)) {
    *present = std::move(value);
    return *present;
  }
  all.push_back({std::string(key), std::move(value)});
  return all.back().value;
}

Value& Value::push_back(Value value) {
  if (is_null()) data_ = List{};
  return items().emplace_back(std::move(value));
}

bool Value::erase(std::string_view key) {
  auto* members = std::get_if<Map>(&data_);
  return members != nullptr && std::erase_if(*members, [&](const Member& member) { return member.key == key; }) != 0;
}

bool Value::operator==(const Value& other) const {
  if (data_.index() != other.data_.index()) return false;
  if (const auto* map = std::get_if<Map>(&data_)) return equal_maps(*map, std::get<Map>(other.data_));
  if (const auto* list = std::get_if<List>(&data_)) return *list == std::get<List>(other.data_);
  if (const auto* text = std::get_if<std::string>(&data_)) return *text == std::get<std::string>(other.data_);
  if (const auto* number = std::get_if<double>(&data_)) {
    const double same = std::get<double>(other.data_);
    return *number == same || (std::isnan(*number) && std::isnan(same));
  }
  if (const auto* number = std::get_if<std::int64_t>(&data_)) return *number == std::get<std::int64_t>(other.data_);
  if (const auto* number = std::get_if<std::uint64_t>(&data_)) return *number == std::get<std::uint64_t>(other.data_);
  if (const auto* boolean = std::get_if<bool>(&data_)) return *boolean == std::get<bool>(other.data_);
  return true;  // null
}

Value sorted(Value value) {
  sort_in_place(value);
  return value;
}

Value merged(Value base, const Value& over) {
  merge_into(base, over);
  return base;
}

std::string shortest(double value) {
  if (!std::isfinite(value)) throw Error(ErrorCode::Internal, "a number that is not finite has no digits");
  const double magnitude = std::fabs(value);
  const bool plain = magnitude == 0 || (magnitude >= 1e-6 && magnitude < 1e21);
  std::array<char, 64> buffer{};
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto [end, failure] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format);
  if (failure != std::errc{}) throw Error(ErrorCode::Internal, "a number could not be written");
  std::string text(buffer.data(), end);
  if (!plain) {
    // to_chars writes at least two digits of the exponent; Go's JSON drops the padding zero.
    const std::size_t digits = text.find('e') + 2;
    if (text.size() - digits == 2 && text[digits] == '0') text.erase(digits, 1);
  }
  return text;
}

}  // namespace waybill
