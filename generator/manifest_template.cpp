#include "generator/manifest_template.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/error.h"
#include "core/json/writer.h"
#include "core/yaml/reader.h"
#include "core/yaml/writer.h"
#include "generator/template_parser.h"

namespace waybill {
namespace {

using templating::Chain;
using templating::Command;
using templating::Function;
using templating::Nodes;
using templating::Operand;
using templating::Pipeline;
using templating::Position;

constexpr std::size_t kLargestTemplate = 16U << 20;
constexpr std::size_t kLargestResult = 32U << 20;
constexpr std::int64_t kWidestIndent = 100;

// What an expression means. Markup is text that the author of the template or a writer of ours composed; all other text
// is data from values, which must never bring lines of its own into a manifest.
struct Result {
  Value value;
  bool markup = false;
};

Value root_of(const ManifestContext& context) {
  std::string_view version = context.chart_version;
  if (version.starts_with('v')) version.remove_prefix(1);
  if (version.empty()) version = "0.1.0";
  return Value::map({{"Values", context.values},
                     {"Release", Value::map({{"Namespace", context.release_namespace}, {"Service", "Helm"}})},
                     {"Chart", Value::map({{"Name", context.chart_name}, {"Version", version}})}});
}

// Go's truth of a value: null, false, 0 and everything empty is false.
bool is_true(const Value& value) {
  if (value.is_null()) return false;
  if (value.is_bool()) return value.as_bool();
  if (value.is_number()) return value.as_double() != 0;
  if (value.is_string()) return !value.as_string().empty();
  if (value.is_list()) return !value.items().empty();
  return !value.members().empty();
}

bool is_scalar(const Value& value) { return !value.is_null() && !value.is_list() && !value.is_map(); }

// A scalar as Go's fmt prints it; integral doubles print without a fraction.
std::string scalar_text(const Value& value) {
  if (value.is_string()) return value.as_string();
  return json::write(value, json::HtmlEscape::No);
}

bool has_line_break(std::string_view text) noexcept {
  return text.find_first_of("\n\r") != std::string_view::npos || text.find("\xC2\x85") != std::string_view::npos ||
         text.find("\xE2\x80\xA8") != std::string_view::npos || text.find("\xE2\x80\xA9") != std::string_view::npos;
}

std::string indented(std::string_view text, std::size_t width) {
  std::string result;
  std::size_t start = 0;
  while (start <= text.size()) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    if (start > 0) result += '\n';
    if (end > start) result.append(width, ' ');
    result += text.substr(start, end - start);
    start = end + 1;
  }
  return result;
}

class Evaluator {
 public:
  Evaluator(std::string_view name, const ManifestContext& context) : name_(name), root_(root_of(context)) {}

  void run(const Nodes& nodes) {
    const std::size_t visible = variables_.size();
    for (const templating::Node& node : nodes) {
      std::visit([this](const auto& content) { run(content); }, node.value);
    }
    variables_.resize(visible);
  }

  [[nodiscard]] std::string take() noexcept { return std::move(text_); }

 private:
  struct Variable {
    std::string_view name;
    Result result;
  };

  [[noreturn]] void fail(Position position, std::string message, std::string hint = {}) const {
    throw Error(ErrorCode::InvalidInput, std::move(message))
        .at({std::string(name_), position.line, position.column})
        .hint(std::move(hint));
  }

  void run(const templating::Text& text) { append(text.text, {}); }

  void run(const templating::Declaration& declaration) {
    variables_.push_back({declaration.variable, evaluate(declaration.pipeline)});
  }

  void run(const templating::If& condition) {
    for (const templating::Branch& branch : condition.branches) {
      if (is_true(evaluate(branch.condition).value)) return run(branch.body);
    }
    run(condition.otherwise);
  }

  void run(const templating::Print& print) {
    const Result result = evaluate(print.pipeline);
    if (result.value.is_null())
      fail(print.position, "this value is missing", "give it a default: {{ … | default \"x\" }}");
    if (!is_scalar(result.value)) {
      fail(print.position, fmt::format("a {} cannot be printed", result.value.kind_name()), "use toYaml and nindent");
    }
    const std::string text = scalar_text(result.value);
    if (!result.markup) refuse_structure(text, print.position);
    append(text, print.position);
  }

  void refuse_structure(std::string_view text, Position position) const {
    if (has_line_break(text))
      fail(position, "this value has several lines, which would change the manifest's structure",
           "use quote or toYaml");
    const bool starts_line = text_.empty() || text_.back() == '\n';
    if (starts_line && (text.starts_with("---") || text.starts_with("..."))) {
      fail(position, "this value would begin a new document", "use quote or toYaml");
    }
  }

  void append(std::string_view text, Position position) {
    if (text.size() > kLargestResult - text_.size()) fail(position, "the rendered manifest is too large");
    text_ += text;
  }

  Result evaluate(const Pipeline& pipeline) {
    Result result = evaluate(pipeline.commands.front(), nullptr);
    for (std::size_t i = 1; i < pipeline.commands.size(); ++i) result = evaluate(pipeline.commands[i], &result);
    return result;
  }

  Result evaluate(const Operand& operand) {
    if (const Value* literal = std::get_if<Value>(&operand.value)) return {*literal, true};
    if (const Chain* chain = std::get_if<Chain>(&operand.value)) return follow(*chain, operand.position);
    return evaluate(*std::get<std::unique_ptr<Pipeline>>(operand.value));
  }

  Result follow(const Chain& chain, Position position) const {
    Result result{root_, false};
    const bool from_root = chain.variable == "." || chain.variable == "$";
    if (!from_root) {
      // Parsing made sure that it is declared; the innermost one counts.
      result = std::find_if(variables_.rbegin(), variables_.rend(), [&](const Variable& v) {
                 return v.name == chain.variable;
               })->result;
    }
    std::string path = chain.variable == "." ? "" : chain.variable;
    for (std::size_t i = 0; i < chain.fields.size(); ++i) {
      const std::string& field = chain.fields[i];
      if (!result.value.is_map()) {
        fail(position,
             fmt::format("'{}' is {}, so it has no field '{}'", path,
                         result.value.is_null() ? "missing" : result.value.kind_name(), field),
             "test it first: {{ if … }}");
      }
      const Value* member = result.value.find(field);
      path += "." + field;
      // What the data offers is fixed; below .Values anything may be absent.
      const bool fixed = from_root && (i == 0 || (i == 1 && chain.fields[0] != "Values"));
      if (member == nullptr && fixed) {
        fail(position, fmt::format("manifests have no '{}'", path),
             "there are .Values, .Release.Namespace, .Release.Service, .Chart.Name and .Chart.Version");
      }
      Value next = member == nullptr ? Value() : *member;
      result.value = std::move(next);
    }
    return result;
  }

  Result evaluate(const Command& command, const Result* piped) {
    if (!command.is_call) return evaluate(command.operands.front());
    if (command.function == Function::And || command.function == Function::Or) return choose(command, piped);
    std::vector<Result> arguments;
    arguments.reserve(command.operands.size() + 1);
    for (const Operand& operand : command.operands) arguments.push_back(evaluate(operand));
    if (piped != nullptr) arguments.push_back(*piped);
    return call(command, std::move(arguments));
  }

  // and: the first false argument, or: the first true one, else the last; later arguments are not looked at.
  Result choose(const Command& command, const Result* piped) {
    const bool wanted = command.function == Function::Or;
    Result result;
    for (const Operand& operand : command.operands) {
      result = evaluate(operand);
      if (is_true(result.value) == wanted) return result;
    }
    return piped == nullptr ? result : *piped;
  }

  Result call(const Command& command, std::vector<Result> arguments) const {
    Result& first = arguments.front();
    Result& last = arguments.back();
    switch (command.function) {
      case Function::Index:
        return {index(arguments, command.position), first.markup};
      case Function::Not:
        return {Value(!is_true(first.value)), true};
      case Function::Eq:
        return {Value(equals_any(arguments, command.position)), true};
      case Function::Ne:
        return {Value(!equals_any(arguments, command.position)), true};
      case Function::ToYaml:
        return {Value(to_yaml(first.value)), true};
      case Function::Indent:
        return {Value(indent(arguments, command.position)), last.markup};
      case Function::NIndent:
        return {Value("\n" + indent(arguments, command.position)), last.markup};
      case Function::ToString:
        return to_text(first, command.position);
      case Function::Default: {
        const bool absent = last.value.is_null() || (last.value.is_string() && last.value.as_string().empty());
        return absent ? std::move(first) : std::move(last);
      }
      case Function::Quote:
        return {Value(quote(first.value, command.position)), true};
      case Function::And:
      case Function::Or:
        break;
    }
    throw Error(ErrorCode::Internal, "a function of the template language is not evaluated");
  }

  Value index(const std::vector<Result>& arguments, Position position) const {
    Value value = arguments.front().value;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
      const Value& key = arguments[i].value;
      if (value.is_map() && key.is_string()) {
        const Value* member = value.find(key.as_string());
        value = member == nullptr ? Value() : Value(*member);
      } else if (value.is_list() && key.is_int()) {
        const std::int64_t at = key.as_int();
        if (at < 0 || static_cast<std::uint64_t>(at) >= value.items().size())
          fail(position, fmt::format("the list has no element {}", at));
        Value element = value.items()[static_cast<std::size_t>(at)];
        value = std::move(element);
      } else {
        fail(position, fmt::format("a {} cannot be indexed by a {}", value.kind_name(), key.kind_name()));
      }
    }
    return value;
  }

  bool equals_any(const std::vector<Result>& arguments, Position position) const {
    const Value& left = arguments.front().value;
    return std::any_of(arguments.begin() + 1, arguments.end(), [&](const Result& right) {
      const bool comparable = is_scalar(left) && is_scalar(right.value) && left.kind_name() == right.value.kind_name();
      if (!comparable) {
        fail(position, fmt::format("a {} cannot be compared with a {}", left.kind_name(), right.value.kind_name()),
             "compare texts: toString");
      }
      return left == right.value;
    });
  }

  static std::string to_yaml(const Value& value) {
    std::string text = yaml::write(sorted(value));
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }

  Result to_text(const Result& result, Position position) const {
    if (result.value.is_null()) return {Value("<nil>"), true};
    if (!is_scalar(result.value))
      fail(position, fmt::format("a {} has no text", result.value.kind_name()), "use toYaml");
    return {Value(scalar_text(result.value)), result.markup};
  }

  std::string quote(const Value& value, Position position) const {
    if (!is_scalar(value))
      fail(position, fmt::format("a {} cannot be quoted", value.is_null() ? "missing value" : value.kind_name()),
           "give it a default");
    return json::write(Value(scalar_text(value)), json::HtmlEscape::No);
  }

  const std::string& text_of(const Result& result, Position position) const {
    if (!result.value.is_string())
      fail(position, fmt::format("expected text here, not a {}", result.value.kind_name()), "use toYaml or toString");
    return result.value.as_string();
  }

  std::string indent(const std::vector<Result>& arguments, Position position) const {
    const Value& width = arguments.front().value;
    if (!width.is_int() || width.as_int() < 0 || width.as_int() > kWidestIndent) {
      fail(position, fmt::format("the indentation must be a number from 0 to {}", kWidestIndent));
    }
    return indented(text_of(arguments.back(), position), static_cast<std::size_t>(width.as_int()));
  }

  std::string_view name_;
  Value root_;
  std::vector<Variable> variables_;
  std::string text_;
};

}  // namespace

std::string render_manifest(std::string_view text, std::string_view name, const ManifestContext& context) {
  if (text.find("{{") == std::string_view::npos) return std::string(text);
  if (text.size() > kLargestTemplate)
    throw Error(ErrorCode::InvalidInput, "the manifest template is too large").at({std::string(name)});
  const Nodes nodes = templating::parse(text, name);
  Evaluator evaluator(name, context);
  evaluator.run(nodes);
  std::string rendered = evaluator.take();
  with_context([&] { return fmt::format("while reading the rendered text of '{}'", name); },
               [&] { static_cast<void>(yaml::parse_all(rendered, name)); });
  return rendered;
}

bool has_content(std::string_view rendered) noexcept {
  std::size_t start = 0;
  while (start < rendered.size()) {
    const std::size_t end = std::min(rendered.find('\n', start), rendered.size());
    std::string_view line = rendered.substr(start, end - start);
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r"), line.size()));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\t' || line.back() == '\r')) line.remove_suffix(1);
    if (!line.empty() && line.front() != '#' && line != "---") return true;
    start = end + 1;
  }
  return false;
}

}  // namespace waybill
