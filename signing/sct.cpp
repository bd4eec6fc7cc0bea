#include "signing/sct.h"

#include "core/digest.h"
#include "signing/libcryptox509.h"

namespace waybill::signing {
namespace {

constexpr int kMostPromises = 16;
constexpr std::size_t kLongestCertificate = (std::size_t{1} << 24) - 1;
constexpr std::uint8_t kVersion1 = 0;
constexpr std::uint8_t kCertificateTimestamp = 0;
constexpr std::uint16_t kPrecertificateEntry = 1;
constexpr std::uint64_t kMillisecondsPerSecond = 1000;

using Promises = std::unique_ptr<STACK_OF(SCT), FreeByX509<&LibcryptoX509::SCT_LIST_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeByX509<&LibcryptoX509::X509_EXTENSION_free>>;

void append_number(std::string& bytes, std::uint64_t number, int size) {
  for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes += static_cast<char>((number >> shift) & 0xff);
}

template <typename Get>
std::string_view member(Get get, const SCT* promise) {
  unsigned char* bytes = nullptr;
  const std::size_t size = get(promise, &bytes);
  return {reinterpret_cast<const char*>(bytes), bytes == nullptr ? 0 : size};
}

// What the log saw: the certificate before the promises were put in.
std::string precertificate(const Certificate& leaf) {
  const X509Owner certificate = parse_x509(leaf.der());
  const int index = x509().X509_get_ext_by_NID(certificate.get(), NID_ct_precert_scts, -1);
  const Extension removed(x509().X509_delete_ext(certificate.get(), index));
  return encoded_der([&](unsigned char** out) { return x509().i2d_re_X509_tbs(certificate.get(), out); });
}

// RFC 6962, section 3.2.
std::string signed_bytes(const SCT* promise, std::string_view issuer_spki, std::string_view precertificate) {
  const std::string_view extensions = member(x509().SCT_get0_extensions, promise);
  std::string bytes;
  append_number(bytes, kVersion1, 1);
  append_number(bytes, kCertificateTimestamp, 1);
  append_number(bytes, x509().SCT_get_timestamp(promise), 8);
  append_number(bytes, kPrecertificateEntry, 2);
  bytes += as_text(sha256(issuer_spki).raw());
  append_number(bytes, precertificate.size(), 3);
  bytes += precertificate;
  append_number(bytes, extensions.size(), 2);
  bytes += extensions;
  return bytes;
}

}  // namespace

std::string why_not_promised(const Certificate& leaf, std::string_view issuer_spki, const TrustedRoot& root) {
  const X509Owner certificate = parse_x509(leaf.der());
  const Promises promises(
      static_cast<STACK_OF(SCT)*>(x509().X509_get_ext_d2i(certificate.get(), NID_ct_precert_scts, nullptr, nullptr)));
  libcrypto().ERR_clear_error();
  const int count = promises ? stack_size(promises.get()) : 0;
  if (count == 0) return "the certificate carries no promise of a certificate log (SCT)";
  if (count > kMostPromises) return "the certificate carries too many promises of certificate logs (SCT)";
  const std::string seen_by_log = precertificate(leaf);
  if (seen_by_log.size() > kLongestCertificate) return "the certificate is too large for a certificate log";
  bool known = false;
  for (int i = 0; i < count; ++i) {
    const SCT* promise = stack_item<SCT>(promises.get(), i);
    if (x509().SCT_get_version(promise) != SCT_VERSION_V1) continue;
    const Log* log = find_log(root.certificate_logs, member(x509().SCT_get0_log_id, promise));
    if (log == nullptr || !log->key) continue;
    known = true;
    const auto time = static_cast<std::int64_t>(x509().SCT_get_timestamp(promise) / kMillisecondsPerSecond);
    if (!log->validity.holds_at(time)) continue;
    if (log->key->verify(signed_bytes(promise, issuer_spki, seen_by_log), member(x509().SCT_get0_signature, promise))) {
      return {};
    }
  }
  return known ? "the promise of the certificate log (SCT) was not made by the log's key in its time"
               : "the trusted root knows none of the certificate logs that promised the certificate (SCT)";
}

}  // namespace waybill::signing
