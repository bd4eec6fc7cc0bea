#pragma once
// libyaml's event parser behind a type of ours: the grammar of YAML, with its complaints turned into errors that name
// file, line and column and say what to do. Private to core/yaml.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace waybill::yaml {

struct Event {
  enum class Type : std::uint8_t {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias,
    Scalar,
    ListStart,
    ListEnd,
    MapStart,
    MapEnd
  };
  Type type = Type::StreamEnd;
  bool plain = false;        // of a scalar
  std::uint32_t line = 0;    // both from 1
  std::uint32_t column = 0;  // in characters
  std::string text;          // of a scalar
  std::string anchor;        // of an alias, scalar, list or map
  std::string tag;           // of a scalar, list or map
};

class EventParser {
 public:
  // The text must be UTF-8 without a byte order mark and outlive the parser, as must the name.
  EventParser(std::string_view text, std::string_view name);
  EventParser(EventParser&&) = delete;
  ~EventParser();

  // The next event; after StreamEnd, StreamEnd again. The reference is good until the next call; its text may be moved
  // out. Throws InvalidInput with the place.
  [[nodiscard]] Event& next();

  // An InvalidInput error at this place of the file; both count from 1.
  [[noreturn]] void fail(std::uint32_t line, std::uint32_t column, std::string message, std::string hint = {}) const;
  [[noreturn]] void fail(const Event& event, std::string message, std::string hint = {}) const {
    fail(event.line, event.column, std::move(message), std::move(hint));
  }

 private:
  struct State;
  [[noreturn]] void fail_parse() const;

  std::unique_ptr<State> state_;
  Event event_;
};

}  // namespace waybill::yaml
