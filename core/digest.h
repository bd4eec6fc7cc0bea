#pragma once
// SHA-256 digests as OCI writes them: "sha256:" and 64 lower-case hexadecimal digits (OCI image-spec 1.1, "Digests").
#include <array>
#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/bytes.h"

namespace waybill {

class Digest {
 public:
  // Throws InvalidInput unless the text is exactly of the form above.
  [[nodiscard]] static Digest parse(std::string_view text);
  [[nodiscard]] static std::optional<Digest> try_parse(std::string_view text) noexcept;
  [[nodiscard]] static Digest from_raw(const std::array<std::byte, 32>& raw) noexcept { return Digest(raw); }

  [[nodiscard]] std::string to_string() const { return "sha256:" + hex(); }
  [[nodiscard]] std::string hex() const { return to_hex(raw_); }
  [[nodiscard]] const std::array<std::byte, 32>& raw() const noexcept { return raw_; }
  auto operator<=>(const Digest&) const = default;

 private:
  explicit Digest(const std::array<std::byte, 32>& raw) noexcept : raw_(raw) {}
  std::array<std::byte, 32> raw_;
};

// An incremental SHA-256. Not copyable; one thread at a time.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(Bytes bytes);
  void update(std::string_view text) { update(as_bytes(text)); }
  // The digest of all that was given; the object must not be used afterwards.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Digest sha256(Bytes bytes);
[[nodiscard]] inline Digest sha256(std::string_view text) { return sha256(as_bytes(text)); }
// SHA-1, only because SPDX 2.3 (section 8.4) demands one for each file; never used for identity.
[[nodiscard]] std::string sha1_hex(Bytes bytes);

}  // namespace waybill
