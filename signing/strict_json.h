#pragma once
// Reads members of JSON objects from untrusted hands: what is missing, unknown or of another kind is refused by name.
#include <initializer_list>
#include <string>
#include <string_view>

#include "core/value.h"

namespace waybill::signing {

// Throws InvalidInput unless `value` is an object whose members are all among `known`. `where` names it in messages.
void require_object(const Value& value, std::string_view where, std::initializer_list<std::string_view> known);
// Each throws InvalidInput when the member is missing or of another kind.
[[nodiscard]] const Value& require_member(const Value& object, std::string_view where, std::string_view name);
[[nodiscard]] const std::string& require_text(const Value& object, std::string_view where, std::string_view name);
[[nodiscard]] const Value::List& require_list(const Value& object, std::string_view where, std::string_view name,
                                              std::size_t most);
// The decoded bytes of a base64 text, standard or URL-safe.
[[nodiscard]] std::string require_base64(const Value& object, std::string_view where, std::string_view name);

}  // namespace waybill::signing
