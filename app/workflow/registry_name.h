#pragma once
// A registry without a repository, as users write it.
#include <optional>
#include <string>
#include <string_view>

namespace waybill {

// "HOST[:PORT]" of "oci://HOST[:PORT]" or "oci://HOST[:PORT]/"; nullopt when more follows or the scheme is another.
[[nodiscard]] std::optional<std::string> bare_registry(std::string_view target);

// "HOST[:PORT]", with or without "oci://", "https://" or "http://" in front. InvalidInput, naming the word, otherwise.
[[nodiscard]] std::string parse_registry(std::string_view text);

}  // namespace waybill
