#pragma once
// Digests as OCI writes them: "sha256:" and 64, or "sha512:" and 128, lower-case hexadecimal digits (OCI
// image-spec 1.1, "Digests"). What this program makes itself is named by SHA-256; SHA-512 is for what others have named
// by it.
#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace waybill {

enum class DigestAlgorithm : std::uint8_t { Sha256, Sha512 };

inline constexpr std::array kDigestAlgorithms{DigestAlgorithm::Sha256, DigestAlgorithm::Sha512};
// "sha256", "sha512".
[[nodiscard]] std::string_view name_of(DigestAlgorithm algorithm) noexcept;

class Digest {
 public:
  // Throws InvalidInput unless the text is exactly of one of the forms above.
  [[nodiscard]] static Digest parse(std::string_view text);
  [[nodiscard]] static std::optional<Digest> try_parse(std::string_view text) noexcept;
  // The part behind the colon.
  [[nodiscard]] static std::optional<Digest> try_parse(DigestAlgorithm algorithm, std::string_view hex) noexcept;
  // Of SHA-256.
  [[nodiscard]] static Digest from_raw(const std::array<std::byte, 32>& raw) noexcept;

  [[nodiscard]] DigestAlgorithm algorithm() const noexcept { return algorithm_; }
  [[nodiscard]] std::string to_string() const;
  [[nodiscard]] std::string hex() const { return to_hex(raw()); }
  // 32 or 64 bytes.
  [[nodiscard]] Bytes raw() const noexcept;
  auto operator<=>(const Digest&) const = default;  // of the same order as to_string()

 private:
  friend class Hasher;
  explicit Digest(DigestAlgorithm algorithm) noexcept : algorithm_(algorithm) {}
  DigestAlgorithm algorithm_;
  std::array<std::byte, 64> raw_{};  // zeros behind the end of a shorter one
};

// An incremental hash. Not copyable; one thread at a time.
class Hasher {
 public:
  explicit Hasher(DigestAlgorithm algorithm);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();

  void update(Bytes bytes);
  void update(std::string_view text) { update(as_bytes(text)); }
  // The digest of all that was given; the object must not be used afterwards.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Sha256 : public Hasher {
 public:
  Sha256() : Hasher(DigestAlgorithm::Sha256) {}
};

[[nodiscard]] Digest digest_of(DigestAlgorithm algorithm, Bytes bytes);
[[nodiscard]] inline Digest digest_of(DigestAlgorithm algorithm, std::string_view text) {
  return digest_of(algorithm, as_bytes(text));
}
[[nodiscard]] inline Digest sha256(Bytes bytes) { return digest_of(DigestAlgorithm::Sha256, bytes); }
[[nodiscard]] inline Digest sha256(std::string_view text) { return sha256(as_bytes(text)); }
// SHA-1, only because SPDX 2.3 (section 8.4) demands one for each file; never used for identity.
[[nodiscard]] std::string sha1_hex(Bytes bytes);

}  // namespace waybill
