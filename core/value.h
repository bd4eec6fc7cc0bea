#pragma once
// A tree of typed data: what a YAML or JSON document means, and what the writers of both formats take.
//
// Maps keep the order of insertion; keys are text and unique (who appends to members() directly keeps them so). Numbers
// are signed 64 bit integers, unsigned ones beyond them, or doubles. Each value can remember where it was read (Mark),
// and keeps it through copies and merges: that is how a recipe can explain itself.
//
//   Value v = Value::map();
//   v.set("replicas", 2);
//   v.set("image", Value::map({{"tag", "1.10"}}));
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace waybill {

// Which source (an index that the reader of the document chose, 0 = none) and which line (from 1, 0 = unknown).
struct Mark {
  std::uint32_t source = 0;
  std::uint32_t line = 0;
  auto operator<=>(const Mark&) const = default;
};

class Value {
 public:
  struct Member;  // {std::string key; Value value;}, below
  using List = std::vector<Value>;
  using Map = std::vector<Member>;

  // Defined below, where Member is complete: a variant's constructors need to know how to destroy every alternative.
  // NOLINTBEGIN(google-explicit-constructor): data is written as data, Value::map({{"replicas", 2}})
  Value() noexcept;  // null
  Value(std::nullptr_t) noexcept;
  Value(bool value) noexcept;
  Value(int value) noexcept;
  Value(std::int64_t value) noexcept;
  Value(std::uint64_t value) noexcept;  // kept as signed where it fits
  Value(double value) noexcept;
  Value(std::string value) noexcept;
  Value(std::string_view value);
  Value(const char* value);
  Value(List value) noexcept;
  // NOLINTEND(google-explicit-constructor)
  [[nodiscard]] static Value list();
  [[nodiscard]] static Value list(std::initializer_list<Value> items);
  [[nodiscard]] static Value map();
  [[nodiscard]] static Value map(std::initializer_list<Member> members);

  [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(data_); }
  [[nodiscard]] bool is_bool() const noexcept { return std::holds_alternative<bool>(data_); }
  [[nodiscard]] bool is_int() const noexcept {
    return std::holds_alternative<std::int64_t>(data_) || std::holds_alternative<std::uint64_t>(data_);
  }
  [[nodiscard]] bool is_double() const noexcept { return std::holds_alternative<double>(data_); }
  [[nodiscard]] bool is_number() const noexcept { return is_int() || is_double(); }
  [[nodiscard]] bool is_string() const noexcept { return std::holds_alternative<std::string>(data_); }
  [[nodiscard]] bool is_list() const noexcept { return std::holds_alternative<List>(data_); }
  [[nodiscard]] bool is_map() const noexcept { return std::holds_alternative<Map>(data_); }
  // "null", "boolean", "integer", "number", "text", "list", "mapping": for messages.
  [[nodiscard]] std::string_view kind_name() const noexcept;

  // Each throws Internal for another kind: ask first. as_int throws also for what does not fit into int64.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_int() const;
  [[nodiscard]] double as_double() const;  // any number
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const List& items() const;
  [[nodiscard]] List& items();
  [[nodiscard]] const Map& members() const;
  [[nodiscard]] Map& members();

  // The member of a map; null pointer when absent or when this is no map.
  [[nodiscard]] const Value* find(std::string_view key) const noexcept;
  [[nodiscard]] Value* find(std::string_view key) noexcept;
  // The member of a map as text, or `otherwise` when absent or no text.
  [[nodiscard]] std::string text_or(std::string_view key, std::string_view otherwise) const;
  // Follows map keys; null pointer when any step is missing.
  [[nodiscard]] const Value* find_path(std::span<const std::string> keys) const noexcept;

  // Replaces the member or appends it. Turns null into a map first; Internal on any other kind. Returns the stored
  // value.
  Value& set(std::string_view key, Value value);
  // Appends; turns null into a list first.
  Value& push_back(Value value);
  // Removes a member; false if there was none.
  bool erase(std::string_view key);

  [[nodiscard]] Mark mark() const noexcept { return mark_; }
  Value& mark(Mark mark) noexcept {
    mark_ = mark;
    return *this;
  }

  // The same data: marks do not count, the order of map members does not count, 1 and 1.0 differ, NaN equals itself.
  [[nodiscard]] bool operator==(const Value& other) const;

  using Data = std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, List, Map>;
  [[nodiscard]] const Data& data() const noexcept { return data_; }

 private:
  Data data_;
  Mark mark_;
};

struct Value::Member {
  std::string key;
  Value value;
};

inline Value::Value() noexcept = default;
inline Value::Value(std::nullptr_t) noexcept {}
inline Value::Value(bool value) noexcept : data_(value) {}
inline Value::Value(int value) noexcept : data_(std::int64_t{value}) {}
inline Value::Value(std::int64_t value) noexcept : data_(value) {}
inline Value::Value(double value) noexcept : data_(value) {}
inline Value::Value(std::string value) noexcept : data_(std::move(value)) {}
inline Value::Value(std::string_view value) : data_(std::string(value)) {}
inline Value::Value(const char* value) : data_(std::string(value)) {}
inline Value::Value(List value) noexcept : data_(std::move(value)) {}
inline Value Value::list() { return Value(List{}); }
inline Value Value::list(std::initializer_list<Value> items) { return Value(List(items)); }

// The value with the members of all maps, at every depth, in byte order of their keys.
[[nodiscard]] Value sorted(Value value);

// Lays `over` over `base`: two maps merge member by member at every depth, anything else replaces (lists are never
// joined, null replaces). New keys come last in the order of `over`. Marks come along with the values.
[[nodiscard]] Value merged(Value base, const Value& over);

// Shortest digits that read back to the same number, as Go's encoding/json writes: plain for 1e-6 <= |x| < 1e21, else
// exponent. Internal for NaN and infinity.
[[nodiscard]] std::string shortest(double value);

}  // namespace waybill
