// The engine's functions are the only way to PKCS#11 that Debian 12 has: there is no provider for it.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "signing/pkcs11.h"

#include <fmt/core.h>
#include <openssl/engine.h>

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "signing/libcrypto.h"

namespace waybill::signing {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
constexpr std::string_view kFileScheme = "file:";

struct LibcryptoEngine {
  DynamicLibrary library{WAYBILL_CRYPTO_SONAME};
  WAYBILL_LIBRARY_FUNCTION(ENGINE_by_id);
  WAYBILL_LIBRARY_FUNCTION(ENGINE_ctrl_cmd_string);
  WAYBILL_LIBRARY_FUNCTION(ENGINE_free);
  WAYBILL_LIBRARY_FUNCTION(ENGINE_init);
  WAYBILL_LIBRARY_FUNCTION(ENGINE_load_private_key);
};

const LibcryptoEngine& engine_functions() {
  static const LibcryptoEngine table;
  return table;
}

[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::InvalidInput, fmt::format("the PKCS#11 URI {}", why));
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto byte = from_hex(text.substr(i + 1, 2));
    if (!byte || byte->size() != 1) refuse("has a bad percent sign");
    decoded += *byte;
    i += 2;
  }
  return decoded;
}

// The value of an attribute of the query, decoded.
std::optional<std::string> query_attribute(std::string_view uri, std::string_view name) {
  const std::size_t question = uri.find('?');
  if (question == std::string_view::npos) return std::nullopt;
  std::string_view query = uri.substr(question + 1);
  while (!query.empty()) {
    const std::string_view attribute = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(attribute.size() + 1, query.size()));
    const std::size_t equals = attribute.find('=');
    if (attribute.substr(0, equals) == name && equals != std::string_view::npos)
      return percent_decoded(attribute.substr(equals + 1));
  }
  return std::nullopt;
}

// An initialised engine. It is never ended: libraries of tokens keep threads and end themselves when the program does,
// and a key needs the engine as long as it lives.
class Engine {
 public:
  explicit Engine(std::string_view uri) : engine_(engine_functions().ENGINE_by_id("pkcs11")) {
    if (engine_ == nullptr) {
      libcrypto().ERR_clear_error();
      throw Error(ErrorCode::Unavailable, "OpenSSL has no engine for PKCS#11")
          .hint("install it (Debian: libengine-pkcs11-openssl)");
    }
    const auto module = query_attribute(uri, "module-path");
    const bool ready =
        (!module || command("MODULE_PATH", module->c_str())) && engine_functions().ENGINE_init(engine_) == 1;
    libcrypto().ERR_clear_error();
    if (!ready) {
      engine_functions().ENGINE_free(engine_);
      throw Error(ErrorCode::Unavailable, "the library of the PKCS#11 token cannot be used")
          .hint("name it with ?module-path=FILE in the URI or PKCS11_MODULE_PATH");
    }
  }
  [[nodiscard]] bool command(const char* name, const char* argument) const {
    return engine_functions().ENGINE_ctrl_cmd_string(engine_, name, argument, 0) == 1;
  }
  [[nodiscard]] Pkey load(const std::string& path) const {
    return Pkey(engine_functions().ENGINE_load_private_key(engine_, path.c_str(), nullptr, nullptr));
  }

 private:
  ENGINE* engine_;
};

}  // namespace

bool is_pkcs11_uri(std::string_view text) noexcept { return text.starts_with(kScheme); }

std::string pkcs11_pin_file(std::string_view uri) {
  const auto source = query_attribute(uri, "pin-source");
  if (!source) return {};
  if (!source->starts_with(kFileScheme) || source->starts_with("file://"))
    refuse("has a pin-source that is not file:PATH");
  return source->substr(kFileScheme.size());
}

PrivateKey open_pkcs11_key(const std::string& uri, const AskPin& ask) {
  if (!is_pkcs11_uri(uri)) refuse("does not begin with 'pkcs11:'");
  if (query_attribute(uri, "pin-value") || uri.find("pin-value=") != std::string::npos) {
    throw Error(ErrorCode::InvalidInput, "the PKCS#11 URI holds a PIN, which others can read on a command line")
        .hint("give it with pin-source=file:PATH in the URI, --password-file FILE or WAYBILL_PASSWORD");
  }
  (void)pkcs11_pin_file(uri);
  const std::string path = uri.substr(0, uri.find('?'));
  const Engine engine(uri);
  {
    const SecretBytes pin = ask();
    SecretBytes terminated(pin.size() + 1);
    std::ranges::copy(pin.bytes(), terminated.bytes().begin());
    terminated.bytes().back() = std::byte{0};
    (void)engine.command("PIN", reinterpret_cast<const char*>(terminated.bytes().data()));
  }
  Pkey key = engine.load(path);
  libcrypto().ERR_clear_error();
  if (!key) {
    throw Error(ErrorCode::NotFound, fmt::format("no token gave the private key '{}'", path))
        .hint("the token or the key is not there, or the PIN is wrong; too many wrong PINs lock a token");
  }
  return PrivateKey::from_handle(key.release(), path);
}

}  // namespace waybill::signing
