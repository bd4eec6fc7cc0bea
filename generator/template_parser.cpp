#include "generator/template_parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "core/error.h"
#include "core/suggest.h"
#include "generator/template_lexer.h"

namespace waybill::templating {
namespace {

constexpr std::uint32_t kDeepest = 50;

struct FunctionInfo {
  std::string_view name;
  Function function;
  std::size_t least;  // arguments, the piped one included
  std::size_t most;
};
constexpr std::size_t kAny = 1000;
constexpr std::array<FunctionInfo, 12> kFunctions{{
    {"index", Function::Index, 2, kAny},
    {"and", Function::And, 1, kAny},
    {"or", Function::Or, 1, kAny},
    {"not", Function::Not, 1, 1},
    {"eq", Function::Eq, 2, kAny},
    {"ne", Function::Ne, 2, 2},
    {"toYaml", Function::ToYaml, 1, 1},
    {"nindent", Function::NIndent, 2, 2},
    {"indent", Function::Indent, 2, 2},
    {"toString", Function::ToString, 1, 1},
    {"default", Function::Default, 2, 2},
    {"quote", Function::Quote, 1, 1},
}};

class Parser {
 public:
  Parser(std::string_view text, std::string_view name) : tokens_(tokenize(text, name)), name_(name) {}

  Nodes run() {
    Nodes nodes = read_nodes();
    if (next_ < tokens_.size()) fail(tokens_[next_ + 1], fmt::format("'{}' without an 'if'", tokens_[next_ + 1].text));
    return nodes;
  }

 private:
  [[noreturn]] void fail(const Token& token, std::string message, std::string hint = {}) const {
    throw Error(ErrorCode::InvalidInput, std::move(message))
        .at({std::string(name_), token.line, token.column})
        .hint(std::move(hint));
  }

  // Valid inside actions only: each of them ends with an ActionEnd, which no reader steps over by itself.
  [[nodiscard]] const Token& current() const { return tokens_.at(next_); }
  [[nodiscard]] bool is(TokenKind kind) const { return current().kind == kind; }
  [[nodiscard]] static Position position(const Token& token) noexcept { return {token.line, token.column}; }

  [[nodiscard]] bool at_keyword(std::string_view keyword) const {
    return tokens_[next_].kind == TokenKind::ActionBegin && tokens_.at(next_ + 1).kind == TokenKind::Word &&
           tokens_[next_ + 1].text == keyword;
  }

  void expect_end() {
    if (!is(TokenKind::ActionEnd)) fail(current(), "expected the end of the action here");
    ++next_;
  }

  // Up to the end of the template, or to an action 'else' or 'end'.
  Nodes read_nodes() {
    const std::size_t visible = variables_.size();
    Nodes nodes;
    while (next_ < tokens_.size() && !at_keyword("else") && !at_keyword("end")) {
      if (tokens_[next_].kind == TokenKind::Text) {
        nodes.push_back({Text{tokens_[next_++].text}});
        continue;
      }
      nodes.push_back(read_action());
    }
    variables_.resize(visible);
    return nodes;
  }

  Node read_action() {
    if (at_keyword("if")) return read_if();
    ++next_;
    const Token& first = current();
    if (first.kind == TokenKind::ActionEnd) fail(first, "this action is empty");
    if (first.kind == TokenKind::Chain && tokens_.at(next_ + 1).kind == TokenKind::Declare) return read_declaration();
    Print print{position(first), read_pipeline()};
    expect_end();
    return {std::move(print)};
  }

  Node read_declaration() {
    const Token& variable = current();
    if (variable.text.size() < 2 || !variable.fields.empty())
      fail(variable, "only a variable such as $name can be declared");
    next_ += 2;
    Declaration declaration{variable.text, read_pipeline()};
    expect_end();
    variables_.push_back(variable.text);
    return {std::move(declaration)};
  }

  Node read_if() {
    const Token& opening = tokens_[next_ + 1];
    enter(opening);
    If result;
    bool last = false;
    next_ += 2;
    result.branches.push_back(read_branch());
    while (true) {
      if (next_ >= tokens_.size()) fail(opening, "this 'if' has no 'end'");
      const Token& keyword = tokens_[next_ + 1];
      next_ += 2;
      if (keyword.text == "end") break;
      if (last) fail(keyword, "nothing but 'end' can follow 'else'");
      if (is(TokenKind::Word) && current().text == "if") {
        ++next_;
        result.branches.push_back(read_branch());
        continue;
      }
      last = true;
      expect_end();
      result.otherwise = read_nodes();
    }
    expect_end();
    --depth_;
    return {std::move(result)};
  }

  Branch read_branch() {
    Branch branch{read_pipeline(), {}};
    expect_end();
    branch.body = read_nodes();
    return branch;
  }

  void enter(const Token& token) {
    if (++depth_ > kDeepest) fail(token, fmt::format("nested deeper than {}", kDeepest));
  }

  Pipeline read_pipeline() {
    Pipeline pipeline;
    pipeline.commands.push_back(read_command(false));
    while (is(TokenKind::Pipe)) {
      ++next_;
      pipeline.commands.push_back(read_command(true));
    }
    return pipeline;
  }

  Command read_command(bool piped) {
    const Token& first = current();
    Command command{position(first), false, Function::Index, {}};
    const FunctionInfo* info = nullptr;
    if (first.kind == TokenKind::Word && first.text != "true" && first.text != "false") {
      info = &function(first);
      command.is_call = true;
      command.function = info->function;
      ++next_;
    }
    while (!is(TokenKind::ActionEnd) && !is(TokenKind::Pipe) && !is(TokenKind::RightParenthesis)) {
      command.operands.push_back(read_operand());
    }
    if (info != nullptr) {
      const std::size_t count = command.operands.size() + (piped ? 1 : 0);
      if (count < info->least || count > info->most)
        fail(first, fmt::format("'{}' takes another number of arguments than {}", info->name, count));
    } else if (piped) {
      fail(first, "only a function can follow '|'");
    } else if (command.operands.size() != 1) {
      fail(first, command.operands.empty() ? "expected a value here"
                                           : "values stand side by side without a function before them");
    }
    return command;
  }

  const FunctionInfo& function(const Token& token) const {
    const auto found =
        std::find_if(kFunctions.begin(), kFunctions.end(), [&](const FunctionInfo& f) { return f.name == token.text; });
    if (found != kFunctions.end()) return *found;
    std::vector<std::string> names{"if", "else", "end"};
    for (const FunctionInfo& info : kFunctions) names.emplace_back(info.name);
    fail(token, fmt::format("manifests cannot use '{}'", token.text), suggestion(token.text, names, names.size()));
  }

  Operand read_operand() {
    const Token& token = current();
    ++next_;
    Operand operand{position(token), Value()};
    switch (token.kind) {
      case TokenKind::String:
        operand.value = Value(token.text);
        return operand;
      case TokenKind::Integer:
        operand.value = integer(token);
        return operand;
      case TokenKind::Chain:
        check_declared(token);
        operand.value = Chain{token.text, token.fields};
        return operand;
      case TokenKind::Word:
        if (token.text != "true" && token.text != "false")
          fail(token, fmt::format("'{}' needs parentheses around it and its arguments", token.text));
        operand.value = Value(token.text == "true");
        return operand;
      case TokenKind::LeftParenthesis: {
        enter(token);
        operand.value = std::make_unique<Pipeline>(read_pipeline());
        if (!is(TokenKind::RightParenthesis)) fail(token, "this parenthesis is never closed");
        ++next_;
        --depth_;
        return operand;
      }
      case TokenKind::Text:
      case TokenKind::ActionBegin:
      case TokenKind::ActionEnd:
      case TokenKind::Pipe:
      case TokenKind::RightParenthesis:
      case TokenKind::Declare:
        break;
    }
    fail(token, "expected a value here");
  }

  static Value integer(const Token& token) {
    std::string_view digits = token.text;
    if (digits.front() == '+') digits.remove_prefix(1);
    std::int64_t number = 0;  // at most 18 digits: it fits
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return Value(number);
  }

  void check_declared(const Token& token) const {
    if (token.text == "$") return;
    if (token.text == ".") {
      if (token.fields.empty()) fail(token, "'.' alone is not supported: name a field");
      return;
    }
    if (std::find(variables_.begin(), variables_.end(), token.text) == variables_.end()) {
      fail(token, fmt::format("variable '{}' is not declared here", token.text), suggestion(token.text, variables_));
    }
  }

  std::vector<Token> tokens_;
  std::string_view name_;
  std::size_t next_ = 0;
  std::uint32_t depth_ = 0;
  std::vector<std::string> variables_;
};

}  // namespace

Nodes parse(std::string_view text, std::string_view name) { return Parser(text, name).run(); }

}  // namespace waybill::templating
