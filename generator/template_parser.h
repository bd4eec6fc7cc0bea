#pragma once
// The syntax tree of a manifest template. Second step of render_manifest(); see generator/manifest_template.h.
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/value.h"

namespace waybill::templating {

struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

struct Pipeline;

// The value of a variable or of the data, and of fields below it.
struct Chain {
  std::string variable;  // with its '$'; "." or "$" for the data
  std::vector<std::string> fields;
};

struct Operand {
  Position position;
  std::variant<Value, Chain, std::unique_ptr<Pipeline>> value;
};

enum class Function : std::uint8_t { Index, And, Or, Not, Eq, Ne, ToYaml, NIndent, Indent, ToString, Default, Quote };

// A function with its arguments, or one operand alone.
struct Command {
  Position position;
  bool is_call = false;
  Function function = Function::Index;
  std::vector<Operand> operands;
};

struct Pipeline {
  std::vector<Command> commands;  // the result of each is the last argument of the next
};

struct Node;
using Nodes = std::vector<Node>;

struct Text {
  std::string text;
};
struct Print {
  Position position;
  Pipeline pipeline;
};
struct Declaration {
  std::string variable;
  Pipeline pipeline;
};
struct Branch {
  Pipeline condition;
  Nodes body;
};
struct If {
  std::vector<Branch> branches;  // the first whose condition holds
  Nodes otherwise;
};
struct Node {
  std::variant<Text, Print, Declaration, If> value;
};

// Throws InvalidInput with `name`, line and column for whatever the language does not have, for variables that are not
// declared where they are used, and for nesting deeper than 50.
[[nodiscard]] Nodes parse(std::string_view text, std::string_view name);

}  // namespace waybill::templating
