#include "signing/keyless.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "core/error.h"
#include "signing/sct.h"
#include "signing/sigstore_bundle.h"
#include "signing/strict_json.h"
#include "signing/timestamp.h"
#include "signing/transparency_log.h"

namespace waybill::signing {
namespace {

// What the signature is over, however the bundle holds it.
struct SignedContent {
  std::string signature;
  std::string bytes;    // that were signed
  std::string payload;  // of an envelope; empty for a message
};

SignedContent content_of(const SigstoreBundle& bundle, std::string_view message) {
  if (const auto* envelope = std::get_if<Envelope>(&bundle.content)) {
    return {envelope->signatures.front(), pre_authentication_encoding(envelope->payload_type, envelope->payload),
            envelope->payload};
  }
  return {std::get<MessageSignature>(bundle.content).signature, std::string(message), {}};
}

// Runs the checks in order and keeps what each found; `failed()` after the first that did not pass.
class Verifier {
 public:
  Verifier(const SigstoreBundle& bundle, const CertificatePolicy& policy, SignedContent content)
      : bundle_(bundle),
        root_(policy.root),
        rule_(policy.rule),
        content_(std::move(content)),
        leaf_(Certificate::from_der(bundle.certificate, "the certificate of the bundle")) {}

  // Everything but what the signed bytes mean.
  bool run(std::vector<Check>& checks) {
    // A root without timestamp authorities has no opinion about time stamps.
    const bool stamped = !bundle_.timestamps.empty() && !root_.timestamp_authorities.empty();
    return (!stamped || step(checks, "timestamp", [&] { return check_timestamps(); })) &&
           step(checks, "transparency-log", [&] { return check_log_entries(); }) &&
           step(checks, "signing-time", [&] { return check_signing_time(); }) &&
           step(checks, "certificate", [&] { return check_certificate(); }) &&
           step(checks, "certificate-log", [&] { return why_not_promised(leaf_, issuer_spki_, root_); }) &&
           step(checks, "identity", [&] { return rule_.why_not(leaf_); }) &&
           step(checks, "log-content", [&] { return check_log_contents(); });
  }
  [[nodiscard]] const Certificate& leaf() const noexcept { return leaf_; }

 private:
  template <typename Body>
  bool step(std::vector<Check>& checks, std::string_view name, Body&& body) {
    std::string failure;
    try {
      failure = body();
    } catch (const Error& error) {
      if (error.code() != ErrorCode::InvalidInput) throw;
      failure = error.message();
    }
    const bool passed = failure.empty();
    checks.push_back({std::string(name), passed, passed ? passed_reason(name) : failure, {}});
    return passed;
  }

  [[nodiscard]] std::string passed_reason(std::string_view name) const {
    if (name == "timestamp") return "a timestamp authority of the trusted root saw the signature";
    if (name == "transparency-log") return "the log of the trusted root holds the entry";
    if (name == "signing-time") return fmt::format("{} seconds after 1970 began", times_.front());
    if (name == "certificate") return "issued by an authority of the trusted root and valid at that time";
    if (name == "certificate-log") return "a certificate log of the trusted root promised to show it";
    if (name == "identity") return fmt::format("{}, says {}", identity(), leaf_.oidc_issuer());
    return "the log entry is about this signature, certificate and content";
  }
  [[nodiscard]] std::string identity() const {
    const auto found =
        std::ranges::find_if(leaf_.identities(), [&](const std::string& name) { return rule_.identity.matches(name); });
    return found == leaf_.identities().end() ? std::string() : *found;
  }

  std::string check_timestamps() {
    for (const Value& timestamp : bundle_.timestamps) {
      constexpr std::string_view kTimestamp = "a time stamp of the bundle";
      require_object(timestamp, kTimestamp, {"signedTimestamp"});
      const TimestampResult result =
          verify_timestamp(require_base64(timestamp, kTimestamp, "signedTimestamp"), content_.signature, root_);
      if (!result.failure.empty()) return result.failure;
      times_.push_back(result.time);
    }
    return {};
  }

  std::string check_log_entries() {
    const InclusionProofNeed need =
        bundle_.version == BundleVersion::V01 ? InclusionProofNeed::Optional : InclusionProofNeed::Required;
    const std::vector<std::int64_t> stamped = times_;
    for (const Value& value : bundle_.log_entries) {
      LogEntry entry = parse_log_entry(value);
      const EntryResult result = verify_log_entry(entry, root_, need, stamped);
      if (!result.failure.empty()) return result.failure;
      if (result.time) times_.push_back(*result.time);
      entries_.push_back(std::move(entry));
    }
    return entries_.empty() ? "the bundle has no entry of a transparency log" : "";
  }

  std::string check_signing_time() {
    return times_.empty() ? "nothing proves when it was signed: neither a time stamp nor the promise of a log" : "";
  }

  std::string check_certificate() {
    if (leaf_.is_authority()) return "the certificate is that of an authority";
    if (!leaf_.may_sign_code()) return "the certificate is not one for signing code";
    std::string failure = "no certificate authority of the trusted root was to be believed at that time";
    for (const Authority& authority : root_.certificate_authorities) {
      if (!std::ranges::all_of(times_, [&](std::int64_t time) { return authority.validity.holds_at(time); })) continue;
      failure = why_no_chain(authority);
      if (failure.empty()) return {};
    }
    return failure;
  }
  std::string why_no_chain(const Authority& authority) {
    for (const std::int64_t time : times_) {
      const ChainResult chain = verify_chain(leaf_, authority.chain, time);
      if (!chain.failure.empty()) {
        return fmt::format("the certificate does not hold at the time of signing: {}", chain.failure);
      }
      issuer_spki_ = chain.issuer_spki;
    }
    return {};
  }

  std::string check_log_contents() {
    const Digest signed_digest = sha256(content_.bytes);
    const Digest payload_digest = sha256(content_.payload);
    for (const LogEntry& entry : entries_) {
      const LoggedContent logged = parse_log_body(entry);
      const bool payload = logged.hashed == LoggedContent::Hashed::Payload;
      if (payload && !std::holds_alternative<Envelope>(bundle_.content))
        return "the log entry is about an envelope, the bundle signs a file";
      if (logged.digest != (payload ? payload_digest : signed_digest)) return "the log entry is about other content";
      const bool same = std::ranges::any_of(logged.signatures, [&](const LoggedSignature& signature) {
        return signature.signature == content_.signature && signature.verifier == leaf_.der();
      });
      if (!same) return "the log entry is about another signature or certificate";
    }
    return {};
  }

  const SigstoreBundle& bundle_;
  const TrustedRoot& root_;
  const IdentityRule& rule_;
  SignedContent content_;
  Certificate leaf_;
  std::string issuer_spki_;
  std::vector<std::int64_t> times_;
  std::vector<LogEntry> entries_;
};

CertificateResult failed(CertificateResult result, std::string_view check, std::string reason) {
  result.checks.push_back({std::string(check), false, reason, {}});
  result.signature = {.reason = std::move(reason)};
  return result;
}

// `verify_content` verifies the signature of the bundle by the certificate's key, as one of a bare key.
template <typename VerifyContent>
CertificateResult verify(std::string_view text, const CertificatePolicy& policy, std::string_view message,
                         VerifyContent verify_content) {
  CertificateResult result;
  try {
    const SigstoreBundle bundle = parse_bundle(text);
    if (bundle.certificate.empty()) {
      return failed(std::move(result), "bundle", "the bundle is signed with a key, which no certificate vouches for");
    }
    Verifier verifier(bundle, policy, content_of(bundle, message));
    if (!verifier.run(result.checks)) {
      result.signature = {.reason = result.checks.back().reason};
      return result;
    }
    const Certificate& leaf = verifier.leaf();
    const std::array keys{PublicKey::from_spki(as_bytes(leaf.spki()), "the key of the certificate")};
    result.signature = verify_content(bundle, keys);
    result.checks.push_back({"signature", result.signature.passed, result.signature.reason, {}});
    if (result.signature.passed) {
      const auto name = std::ranges::find_if(
          leaf.identities(), [&](const std::string& candidate) { return policy.rule.identity.matches(candidate); });
      result.identity = *name;
    }
    return result;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    return failed(std::move(result), "bundle", error.message());
  }
}

}  // namespace

CertificateResult verify_message_certificate(std::string_view bundle, const CertificatePolicy& policy,
                                             std::string_view message) {
  return verify(bundle, policy, message, [&](const SigstoreBundle& parsed, std::span<const PublicKey> keys) {
    return verify_message(parsed, keys, message);
  });
}

CertificateResult verify_dsse_certificate(std::string_view bundle, const CertificatePolicy& policy,
                                          const Digest& subject, std::string_view predicate_type) {
  return verify(bundle, policy, {}, [&](const SigstoreBundle& parsed, std::span<const PublicKey> keys) {
    return verify_statement(parsed, keys, subject, predicate_type);
  });
}

bool has_certificate(std::string_view bundle) {
  try {
    return !parse_bundle(bundle).certificate.empty();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::InvalidInput) throw;
    return false;
  }
}

}  // namespace waybill::signing
