#pragma once
// Cuts a manifest template into texts and the tokens of its actions, with the white space that trim markers eat already
// gone (Go text/template, "Text and spaces"). The first step of render_manifest(); see generator/manifest_template.h.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace waybill::templating {

enum class TokenKind : std::uint8_t {
  Text,         // between actions; `text` is what remains after trimming
  ActionBegin,  // {{
  ActionEnd,    // }}
  Word,         // a keyword, a function, true or false
  Chain,        // .a.b, $.a or $name.a.b: `text` is "." or "$name", `fields` the rest
  String,       // `text` is the meaning
  Integer,      // `text` is the digits with their sign
  Pipe,
  LeftParenthesis,
  RightParenthesis,
  Declare,  // :=
};

struct Token {
  TokenKind kind = TokenKind::Text;
  std::string text;
  std::vector<std::string> fields;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};

// Throws InvalidInput with `name`, line and column for whatever the language does not have.
[[nodiscard]] std::vector<Token> tokenize(std::string_view text, std::string_view name);

}  // namespace waybill::templating
