#include "app/workflow/receipt.h"

#include <fmt/core.h>

#include "app/workflow/registry_name.h"
#include "core/error.h"
#include "core/file_system.h"
#include "signing/sigstore_bundle.h"
#include "signing/verify.h"

namespace waybill {
namespace {

std::string signature_of(const std::string& file) { return file + ".sigstore.json"; }

}  // namespace

ReceiptResult make_receipt(const ReceiptRequest& request, const Services& services) {
  const bool to_file = !request.output.empty() && request.output != "-";
  if (!request.key.key.empty() && !to_file) {
    throw Error(ErrorCode::InvalidInput, "a receipt that is signed needs a file")
        .hint("name one with --output: the signature is written beside it");
  }
  if (bare_registry(request.target)) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' names no repository", request.target))
        .hint("a receipt speaks of one repository: oci://HOST/REPOSITORY");
  }
  const oci::Target target = oci::parse_target(request.target);
  if (oci::tag_of(target) || oci::digest_of(target)) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' names one artifact, and a receipt speaks of all that is there", request.target))
        .hint("leave the tag out");
  }
  const std::unique_ptr<oci::StoreReader> store = open_source(target, request.connection, services);
  const oci::Receipt receipt = oci::take_receipt(*store, request.target, services.reporter);
  ReceiptResult result{oci::write_receipt(receipt), {}, receipt.blobs.size()};
  if (!request.key.key.empty()) {
    const signing::PrivateKey key = open_private_key(request.key, services);
    result.signature_file = signature_of(request.output);
    // That of an older receipt is of no use any more.
    write_file(result.signature_file, signing::sign_message(key, result.bytes), Overwrite::Yes);
  }
  return result;
}

oci::Receipt read_receipt(const std::string& file, const std::vector<std::string>& keys,
                          const std::string& password_file, const Services& services) {
  const std::string text = read_file(file, oci::kLargestReceipt);
  if (!keys.empty()) {
    const std::vector<signing::PublicKey> opened = open_public_keys(keys, password_file, services);
    std::string signature;
    try {
      signature = read_file(signature_of(file), signing::kLargestBundle);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::NotFound) throw;
      throw Error(ErrorCode::Untrusted, fmt::format("the receipt '{}' is not signed", file))
          .hint(fmt::format("its signature would be '{}'; 'waybill receipt --key' makes one", signature_of(file)));
    }
    const signing::SignatureResult seen = signing::verify_message_bundle(signature, opened, text);
    if (!seen.passed)
      throw Error(ErrorCode::Untrusted, fmt::format("the receipt '{}' is not trusted: {}", file, seen.reason));
  }
  return oci::parse_receipt(text, file);
}

}  // namespace waybill
