#include "generator/template_lexer.h"

#include <fmt/core.h>

#include "core/error.h"

namespace waybill::templating {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool is_space(char c) noexcept { return kSpace.find(c) != std::string_view::npos; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_word_start(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) noexcept { return is_word_start(c) || is_digit(c); }

class Lexer {
 public:
  Lexer(std::string_view text, std::string_view name) noexcept : text_(text), name_(name) {}

  std::vector<Token> run() {
    while (position_ < text_.size()) {
      read_text();
      if (position_ < text_.size()) read_action();
    }
    return std::move(tokens_);
  }

 private:
  [[noreturn]] void fail(std::string message) const {
    throw Error(ErrorCode::InvalidInput, std::move(message)).at({std::string(name_), line_, column_});
  }

  [[nodiscard]] char peek(std::size_t ahead = 0) const noexcept {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  [[nodiscard]] bool at(std::string_view word) const noexcept { return text_.substr(position_).starts_with(word); }

  void advance(std::size_t count) noexcept {
    for (; count > 0 && position_ < text_.size(); --count, ++position_) {
      if (text_[position_] == '\n') {
        ++line_;
        column_ = 1;
      } else {
        ++column_;
      }
    }
  }

  Token& push(TokenKind kind, std::string text = {}) {
    tokens_.push_back({kind, std::move(text), {}, line_, column_});
    return tokens_.back();
  }

  void read_text() {
    const std::size_t end = std::min(text_.find("{{", position_), text_.size());
    std::string_view piece = text_.substr(position_, end - position_);
    Token& token = push(TokenKind::Text);
    advance(piece.size());
    if (trim_next_) piece.remove_prefix(std::min(piece.find_first_not_of(kSpace), piece.size()));
    trim_next_ = false;
    const bool trims_left = at("{{-") && is_space(peek(3));
    if (trims_left) {
      const std::size_t last = piece.find_last_not_of(kSpace);
      piece = last == std::string_view::npos ? std::string_view{} : piece.substr(0, last + 1);
    }
    token.text = piece;
  }

  // "}}" or " -}}" with the white space before it already skipped.
  [[nodiscard]] bool at_end() const noexcept { return at("}}") || at_trimming_end(); }
  [[nodiscard]] bool at_trimming_end() const noexcept { return at("-}}") && is_space(text_[position_ - 1]); }

  void skip_space() noexcept {
    while (is_space(peek())) advance(1);
  }

  void read_action() {
    push(TokenKind::ActionBegin);
    const bool trims_left = at("{{-") && is_space(peek(3));
    advance(trims_left ? 3 : 2);
    const Token begin = tokens_.back();
    skip_space();
    if (at("/*")) {
      read_comment();
      tokens_.pop_back();
      return;
    }
    while (!at_end()) {
      if (position_ >= text_.size()) {
        line_ = begin.line;
        column_ = begin.column;
        fail("this action is never closed by '}}'");
      }
      read_token();
      skip_space();
    }
    push(TokenKind::ActionEnd);
    close_action();
  }

  void close_action() noexcept {
    trim_next_ = at_trimming_end();
    advance(trim_next_ ? 3 : 2);
  }

  void read_comment() {
    const std::size_t end = text_.find("*/", position_ + 2);
    if (end == std::string_view::npos) fail("this comment is never closed by '*/'");
    advance(end + 2 - position_);
    skip_space();
    if (!at_end()) fail("a comment must be alone in its action");
    close_action();
  }

  void read_token() {
    const char c = peek();
    if (c == '|') return read_symbol(TokenKind::Pipe, 1);
    if (c == '(') return read_symbol(TokenKind::LeftParenthesis, 1);
    if (c == ')') {
      read_symbol(TokenKind::RightParenthesis, 1);
      if (peek() == '.') fail("a field of a parenthesis is not supported: declare a variable");
      return;
    }
    if (at(":=")) return read_symbol(TokenKind::Declare, 2);
    if (c == '"') return read_string();
    if (is_digit(c) || ((c == '-' || c == '+') && is_digit(peek(1)))) return read_integer();
    if (c == '$' || c == '.') return read_chain();
    if (is_word_start(c)) return read_word();
    if (c == '`') fail("raw strings are not supported: write \"…\"");
    if (c == '=') fail("assignment is not supported: variables are declared once, with ':='");
    fail(fmt::format("unexpected character '{}' in an action", c < ' ' || c > '~' ? '?' : c));
  }

  void read_symbol(TokenKind kind, std::size_t length) {
    push(kind);
    advance(length);
  }

  void expect_separator(std::string_view what) const {
    const char c = peek();
    if (is_space(c) || c == '|' || c == ')' || c == '\0' || at("}}")) return;
    fail(fmt::format("expected a blank after this {}", what));
  }

  std::string_view take_word() noexcept {
    const std::size_t start = position_;
    while (is_word(peek())) advance(1);
    return text_.substr(start, position_ - start);
  }

  void read_word() {
    Token& token = push(TokenKind::Word);
    token.text = take_word();
    expect_separator("word");
  }

  void read_chain() {
    Token& token = push(TokenKind::Chain);
    token.text = peek();
    if (peek() == '.' && !is_word_start(peek(1)) && peek(1) != '.') return advance(1);
    if (peek() == '$') {
      advance(1);
      token.text += take_word();
    }
    while (peek() == '.') {
      advance(1);
      if (!is_word_start(peek())) fail("expected the name of a field after '.'");
      token.fields.emplace_back(take_word());
    }
    expect_separator("field or variable");
  }

  void read_integer() {
    Token& token = push(TokenKind::Integer);
    token.text = peek();
    advance(1);
    while (is_digit(peek())) {
      token.text += peek();
      advance(1);
    }
    if (token.text.size() > 18 || is_word(peek()) || peek() == '.')
      fail("only decimal integers of at most 18 digits are supported");
    const std::size_t digits = token.text.find_first_of("0123456789");
    if (token.text[digits] == '0' && token.text.size() > digits + 1) fail("an integer must not begin with 0");
    expect_separator("number");
  }

  void read_string() {
    Token token = push(TokenKind::String);
    advance(1);
    while (peek() != '"') {
      const char c = peek();
      if (position_ >= text_.size() || c == '\n') {
        line_ = token.line;
        column_ = token.column;
        fail("this string is never closed");
      }
      token.text += c == '\\' ? escaped(peek(1)) : c;
      advance(c == '\\' ? 2 : 1);
    }
    advance(1);
    tokens_.back() = std::move(token);
    expect_separator("string");
  }

  [[nodiscard]] char escaped(char c) const {
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '"':
      case '\\':
        return c;
      default:
        fail("only the escapes \\n, \\t, \\\" and \\\\ are supported in strings");
    }
  }

  std::string_view text_;
  std::string_view name_;
  std::size_t position_ = 0;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
  bool trim_next_ = false;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text, std::string_view name) { return Lexer(text, name).run(); }

}  // namespace waybill::templating
