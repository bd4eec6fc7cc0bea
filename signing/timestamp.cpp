#include "signing/timestamp.h"

#include <chrono>
#include <ctime>

#include "signing/libcryptox509.h"

namespace waybill::signing {
namespace {

constexpr std::size_t kLargestResponse = std::size_t{256} * 1024;

using Response = std::unique_ptr<TS_RESP, FreeByX509<&LibcryptoX509::TS_RESP_free>>;
using Verifying = std::unique_ptr<TS_VERIFY_CTX, FreeByX509<&LibcryptoX509::TS_VERIFY_CTX_free>>;

std::int64_t seconds_since_1970(const std::tm& time) {
  const std::chrono::sys_days day = std::chrono::year(time.tm_year + 1900) /
                                    std::chrono::month(static_cast<unsigned>(time.tm_mon + 1)) /
                                    std::chrono::day(static_cast<unsigned>(time.tm_mday));
  const std::chrono::sys_seconds moment =
      day + std::chrono::hours(time.tm_hour) + std::chrono::minutes(time.tm_min) + std::chrono::seconds(time.tm_sec);
  return moment.time_since_epoch().count();
}

bool hashes_soundly(TS_TST_INFO* info) {
  const ASN1_OBJECT* algorithm = nullptr;
  x509().X509_ALGOR_get0(&algorithm, nullptr, nullptr,
                         x509().TS_MSG_IMPRINT_get_algo(x509().TS_TST_INFO_get_msg_imprint(info)));
  const int kind = x509().OBJ_obj2nid(algorithm);
  return kind == NID_sha256 || kind == NID_sha384 || kind == NID_sha512;
}

// Where the root names the authority's own certificate, nobody else below its anchor will do.
bool made_by(const Authority& authority, TS_RESP* response, STACK_OF(X509) * certificates) {
  if (authority.chain.front().is_authority()) return true;
  const X509Stack signers(x509().PKCS7_get0_signers(x509().TS_RESP_get_token(response), certificates, 0));
  if (!signers || stack_size(signers.get()) != 1) return false;
  const X509Owner own = parse_x509(authority.chain.front().der());
  return x509().X509_cmp(own.get(), stack_item<X509>(signers.get(), 0)) == 0;
}

// The context owns what it is given, so everything is made for it.
bool verified_by(const Authority& authority, TS_RESP* response, std::string_view signature, std::int64_t time) {
  const Verifying context = allocated(Verifying(x509().TS_VERIFY_CTX_new()));
  X509_STORE* store = allocated(X509Store(x509().X509_STORE_new())).release();
  x509().TS_VERIFY_CTX_set_store(context.get(), store);
  STACK_OF(X509)* certificates = new_x509_stack().release();
  x509().TS_VERIFY_CTX_set_certs(context.get(), certificates);
  for (const Certificate& link : authority.chain) {
    X509Owner certificate = parse_x509(link.der());
    if (&link == &authority.chain.back() && x509().X509_STORE_add_cert(store, certificate.get()) != 1)
      throw std::bad_alloc();
    push_onto(certificates, certificate.get());
    (void)certificate.release();  // the context's now
  }
  X509_VERIFY_PARAM* parameters = x509().X509_STORE_get0_param(store);
  x509().X509_VERIFY_PARAM_set_time(parameters, time);
  x509().X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  x509().TS_VERIFY_CTX_set_flags(context.get(), TS_VFY_VERSION | TS_VFY_SIGNATURE | TS_VFY_DATA);
  BIO* data = x509().BIO_new_mem_buf(signature.data(), static_cast<int>(signature.size()));
  if (data == nullptr) throw std::bad_alloc();
  x509().TS_VERIFY_CTX_set_data(context.get(), data);
  const bool verified = x509().TS_RESP_verify_response(context.get(), response) == 1;
  libcrypto().ERR_clear_error();
  return verified && made_by(authority, response, certificates);
}

}  // namespace

TimestampResult verify_timestamp(std::string_view response, std::string_view signature, const TrustedRoot& root) {
  if (response.size() > kLargestResponse) return {"the time stamp is too large", 0};
  const unsigned char* position = as_unsigned(response);
  const Response parsed(x509().d2i_TS_RESP(nullptr, &position, static_cast<long>(response.size())));
  libcrypto().ERR_clear_error();
  TS_TST_INFO* info = parsed ? x509().TS_RESP_get_tst_info(parsed.get()) : nullptr;
  if (info == nullptr || position != as_unsigned(response) + response.size()) {
    return {"the time stamp is not a readable RFC 3161 response with a token", 0};
  }
  std::tm stated{};
  if (x509().ASN1_TIME_to_tm(x509().TS_TST_INFO_get_time(info), &stated) != 1) {
    return {"the time stamp states no readable time", 0};
  }
  if (!hashes_soundly(info)) return {"the time stamp does not hash with SHA-256, SHA-384 or SHA-512", 0};
  const std::int64_t time = seconds_since_1970(stated);
  for (const Authority& authority : root.timestamp_authorities) {
    if (authority.validity.holds_at(time) && verified_by(authority, parsed.get(), signature, time)) return {{}, time};
  }
  return {"the time stamp is not one of this signature by a timestamp authority of the trusted root in its time", 0};
}

}  // namespace waybill::signing
