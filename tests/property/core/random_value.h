#pragma once
// Random values with texts that invite misreading.
#include <rapidcheck.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/value.h"

namespace waybill::testing {

// Text of pieces that mean something to some reader: words, numbers, indicators, breaks, blanks, characters of every
// width.
inline rc::Gen<std::string> tricky_text() {
  static const std::vector<std::string> kPieces{
      "",     "y",   "no",     "On",         "true",   "Null",   "~",      "0x1F",       "012",    "0o7",
      "1:30", "1e3", "1_000",  "2024-01-02", ".inf",   ".nan",   "=",      "<<",         "-",      "--",
      "---",  "...", "?",      ":",          ": ",     " #",     "#",      "&a",         "*a",     "!t",
      "|",    ">",   "'",      "\"",         "\\",     "%",      "@",      "`",          "{",      "}",
      "[",    "]",   ",",      " ",          "  ",     "\t",     "\n",     "\n\n",       "\r",     "\x01",
      "\x7f", "ä",   "\u0085", "\u00a0",     "\u2028", "\u2029", "\ufeff", "\ufffe",     "\uffff", "😀",
      "a",    "Z",   "9",      "e5",         "1.2",    "1.2.3",  "v1",     ">= 1",       "/",      "key",
      "+",    ".5",  "\x1b",   "\ud7ff",     "\n ",    " \n",    "text\n", "line\n  in", "e",      "E+1"};
  return rc::gen::map(rc::gen::resize(8, rc::gen::container<std::vector<std::string>>(rc::gen::elementOf(kPieces))),
                      [](const std::vector<std::string>& pieces) {
                        std::string text;
                        for (const std::string& piece : pieces) text += piece;
                        return text;
                      });
}

inline rc::Gen<Value> random_scalar() {
  return rc::gen::oneOf(rc::gen::map(tricky_text(), [](std::string text) { return Value(std::move(text)); }),
                        rc::gen::map(rc::gen::resize(100, rc::gen::arbitrary<std::int64_t>()),
                                     [](std::int64_t number) { return Value(number); }),
                        rc::gen::map(rc::gen::resize(100, rc::gen::arbitrary<std::uint64_t>()),
                                     [](std::uint64_t number) { return Value(number); }),
                        rc::gen::map(rc::gen::resize(100, rc::gen::arbitrary<double>()),
                                     [](double number) { return Value(std::isfinite(number) ? number : 0.5); }),
                        rc::gen::map(rc::gen::arbitrary<bool>(), [](bool boolean) { return Value(boolean); }),
                        rc::gen::just(Value()));
}

inline rc::Gen<Value> random_value(int depth = 3) {
  if (depth == 0) return random_scalar();
  return rc::gen::oneOf(
      random_scalar(),
      rc::gen::map(rc::gen::resize(4, rc::gen::container<std::vector<Value>>(random_value(depth - 1))),
                   [](std::vector<Value> items) { return Value(std::move(items)); }),
      rc::gen::map(rc::gen::resize(4, rc::gen::container<std::vector<std::pair<std::string, Value>>>(
                                          rc::gen::pair(tricky_text(), random_value(depth - 1)))),
                   [](const std::vector<std::pair<std::string, Value>>& members) {
                     Value map = Value::map();
                     for (const auto& [key, value] : members) map.set(key, value);
                     return map;
                   }));
}

}  // namespace waybill::testing

namespace rc {

inline void showValue(const waybill::Value& value, std::ostream& out) { out << "a " << value.kind_name(); }

}  // namespace rc
