#include "core/yaml/event_parser.h"

#include <fmt/core.h>
#include <yaml.h>

#include <array>
#include <utility>

#include "core/dynamic_library.h"
#include "core/error.h"
#include "core/text_position.h"

namespace waybill::yaml {
namespace {

// Opened for the first document.
struct Libyaml {
  DynamicLibrary library{WAYBILL_LIBYAML_SONAME};
  WAYBILL_LIBRARY_FUNCTION(yaml_event_delete);
  WAYBILL_LIBRARY_FUNCTION(yaml_parser_delete);
  WAYBILL_LIBRARY_FUNCTION(yaml_parser_initialize);
  WAYBILL_LIBRARY_FUNCTION(yaml_parser_parse);
  WAYBILL_LIBRARY_FUNCTION(yaml_parser_set_encoding);
  WAYBILL_LIBRARY_FUNCTION(yaml_parser_set_input_string);
};

const Libyaml& libyaml() {
  static const Libyaml table;
  return table;
}

// yaml_event_t as a resource.
class RawEvent {
 public:
  RawEvent() = default;
  RawEvent(const RawEvent&) = delete;
  RawEvent& operator=(const RawEvent&) = delete;
  ~RawEvent() { libyaml().yaml_event_delete(&event_); }
  yaml_event_t* get() noexcept { return &event_; }
  const yaml_event_t* operator->() const noexcept { return &event_; }

 private:
  yaml_event_t event_ = {};
};

void assign(std::string& target, const yaml_char_t* text) {
  if (text == nullptr) {
    target.clear();
  } else {
    target.assign(reinterpret_cast<const char*>(text));
  }
}

// What an author most likely did, by libyaml's words.
std::string_view advice(std::string_view problem) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kAdvice{{
      {"found character that cannot start any token",
       "indent with blanks, not with tabs, and put quotes around a text that begins with @, ` or %"},
      {"mapping values are not allowed in this context",
       "check the indentation, and put quotes around a text that contains ': '"},
      {"could not find expected ':'",
       "check that the line above ends its quotes, and that every key is followed by ': '"},
      {"did not find expected key", "check the indentation: keys of one mapping stand below each other"},
      {"did not find expected '-' indicator", "check the indentation: the dashes of one list stand below each other"},
      {"block sequence entries are not allowed in this context", "start a list on a new line"},
      {"found unexpected end of stream", "a quote or bracket is not closed"},
      {"found a tab character where an indentation space is expected", "indent with blanks, not with tabs"},
      {"control characters are not allowed", "write it as an escape in double quotes, such as \"\\u0007\""},
  }};
  for (const auto& [words, hint] : kAdvice) {
    if (problem == words) return hint;
  }
  return {};
}

std::uint32_t narrow(std::size_t count) noexcept { return static_cast<std::uint32_t>(count); }

}  // namespace

struct EventParser::State {
  State(std::string_view document, std::string_view file) : text(document), name(file) {
    if (libyaml().yaml_parser_initialize(&parser) != 1) throw std::bad_alloc();
    libyaml().yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    libyaml().yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { libyaml().yaml_parser_delete(&parser); }

  yaml_parser_t parser = {};
  std::string_view text;
  std::string_view name;
  bool ended = false;
};

EventParser::EventParser(std::string_view text, std::string_view name) : state_(std::make_unique<State>(text, name)) {}
EventParser::~EventParser() = default;

Event& EventParser::next() {
  event_.text.clear();
  event_.anchor.clear();
  event_.tag.clear();
  event_.type = Event::Type::StreamEnd;
  while (!state_->ended) {
    RawEvent raw;
    if (libyaml().yaml_parser_parse(&state_->parser, raw.get()) != 1) fail_parse();
    event_.line = narrow(raw->start_mark.line + 1);
    event_.column = narrow(raw->start_mark.column + 1);
    switch (raw->type) {
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
        continue;
      case YAML_STREAM_END_EVENT:
        state_->ended = true;
        return event_;
      case YAML_DOCUMENT_START_EVENT:
        event_.type = Event::Type::DocumentStart;
        return event_;
      case YAML_DOCUMENT_END_EVENT:
        event_.type = Event::Type::DocumentEnd;
        return event_;
      case YAML_ALIAS_EVENT:
        event_.type = Event::Type::Alias;
        assign(event_.anchor, raw->data.alias.anchor);
        return event_;
      case YAML_SCALAR_EVENT: {
        const auto& scalar = raw->data.scalar;
        event_.type = Event::Type::Scalar;
        event_.plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
        event_.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
        assign(event_.anchor, scalar.anchor);
        assign(event_.tag, scalar.tag);
        return event_;
      }
      case YAML_SEQUENCE_START_EVENT:
        event_.type = Event::Type::ListStart;
        assign(event_.anchor, raw->data.sequence_start.anchor);
        assign(event_.tag, raw->data.sequence_start.tag);
        return event_;
      case YAML_SEQUENCE_END_EVENT:
        event_.type = Event::Type::ListEnd;
        return event_;
      case YAML_MAPPING_START_EVENT:
        event_.type = Event::Type::MapStart;
        assign(event_.anchor, raw->data.mapping_start.anchor);
        assign(event_.tag, raw->data.mapping_start.tag);
        return event_;
      case YAML_MAPPING_END_EVENT:
        event_.type = Event::Type::MapEnd;
        return event_;
    }
  }
  return event_;
}

void EventParser::fail(std::uint32_t line, std::uint32_t column, std::string message, std::string hint) const {
  throw Error(ErrorCode::InvalidInput, std::move(message))
      .at({std::string(state_->name), line, column})
      .hint(std::move(hint));
}

void EventParser::fail_parse() const {
  const yaml_parser_t& parser = state_->parser;
  if (parser.error == YAML_MEMORY_ERROR) throw std::bad_alloc();
  const std::string_view problem = parser.problem != nullptr ? parser.problem : "unknown problem";
  if (parser.error == YAML_READER_ERROR) {
    // No mark here, only the offset in bytes.
    const TextPosition position = position_at(state_->text, parser.problem_offset);
    fail(position.line, position.column, fmt::format("invalid YAML: {} (U+{:04X})", problem, parser.problem_value),
         std::string(advice(problem)));
  }
  std::string message = fmt::format("invalid YAML: {}", problem);
  if (parser.context != nullptr) {
    message += fmt::format(" {}", parser.context);
    if (parser.context_mark.line != parser.problem_mark.line)
      message += fmt::format(" that begins in line {}", parser.context_mark.line + 1);
  }
  fail(narrow(parser.problem_mark.line + 1), narrow(parser.problem_mark.column + 1), std::move(message),
       std::string(advice(problem)));
}

}  // namespace waybill::yaml
