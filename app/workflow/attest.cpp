#include "app/workflow/attest.h"

#include <fmt/core.h>

#include <filesystem>

#include "app/workflow/bundle_source.h"
#include "app/workflow/pack_bundle.h"
#include "app/workflow/signature_files.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "generator/bundle.h"
#include "oci/pack.h"
#include "signing/predicate_type.h"
#include "signing/sigstore_bundle.h"
#include "signing/statement.h"
#include "signing/verify.h"

namespace fs = std::filesystem;

namespace waybill {
namespace {

constexpr std::uint64_t kLargestPredicate = 10ULL << 20;  // with the base64 around it below what readers take

// As cosign makes it: the text itself for tag-value SPDX, the text and a time for what has no type, else the object.
Value read_predicate(const AttestRequest& request, std::string_view predicate_type, std::int64_t epoch) {
  const std::string text = read_file(request.predicate, kLargestPredicate);
  if (request.type == "spdx") return text;
  if (predicate_type == signing::kCustomPredicate)
    return Value::map({{"Data", text}, {"Timestamp", oci::rfc3339(epoch)}});
  Value predicate = json::parse(text, request.predicate, {.bytes = kLargestPredicate});
  if (!predicate.is_map())
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' holds a {}; a predicate of the type {} is an object",
                                                     request.predicate, predicate.kind_name(), predicate_type));
  return predicate;
}

class Attesting {
 public:
  Attesting(const AttestRequest& request, const Services& services)
      : request_(request),
        services_(services),
        keys_(open_private_keys(request.keys, request.password_file, services)) {
    result_.target = request.target;
    result_.predicate_type = signing::predicate_type(request.type);
    if (result_.predicate_type == signing::kSignaturePredicate)
      throw Error(ErrorCode::InvalidInput, "a statement of this type is a signature").hint("use 'waybill sign'");
    for (const signing::PrivateKey& key : keys_) result_.key_ids.push_back(key.public_key().id());
    predicate_ = read_predicate(request, result_.predicate_type, services.artifact_epoch());
  }

  AttestResult run() {
    const oci::Target target = oci::parse_target(request_.target);
    if (const auto* path = std::get_if<oci::PathTarget>(&target)) {
      if (request_.replace)
        throw Error(ErrorCode::InvalidInput, "--replace is for artifacts").hint("--force replaces a file");
      fs::is_directory(path->path) ? about_folder(path->path) : about_file(path->path);
    } else {
      about_artifact(target);
    }
    return std::move(result_);
  }

 private:
  void about_artifact(const oci::Target& target) {
    const std::unique_ptr<oci::Store> store = open_store(target, MissingLayout::Refuse, request_.connection, services_);
    const oci::Descriptor top = oci::resolve(*store, oci::tag_of(target), oci::digest_of(target));
    result_.digest = top.digest.to_string();
    store->begin_batch();
    for (const signing::PrivateKey& key : keys_) {
      ArtifactSigner signer(*store, top, key, services_.artifact_epoch(),
                            request_.replace ? ReplaceOlder::Yes : ReplaceOlder::No);
      const std::string& id = key.public_key().id();
      const Digest in_tag = signer.attest_as_tag(result_.predicate_type, predicate_).digest;
      result_.attestations.push_back({"bundle", signer.attest(result_.predicate_type, predicate_).digest, id});
      result_.attestations.push_back({"dsse", in_tag, id});
    }
    store->end_batch();
  }

  void about_folder(const fs::path& folder) {
    const FileTree tree = read_folder(folder);
    require_intact(tree, fmt::format("'{}'", folder.string()));
    fs::create_directories(folder / kAttestationFolder);
    const Digest checksums = sha256(tree.at(RelPath::parse(kChecksumsFile)).bytes);
    write(folder / kAttestationFolder / attestation_name(result_.predicate_type), std::string(kChecksumsFile),
          checksums);
    result_.digest = bundle_digest(layer_tree(tree)).to_string();
  }

  void about_file(const fs::path& file) {
    const Digest digest = sha256(read_file(file));
    write(fmt::format("{}.{}", file.string(), attestation_name(result_.predicate_type)), file.filename().string(),
          digest);
    result_.digest = digest.to_string();
  }

  void write(const std::string& base, const std::string& name, const Digest& digest) {
    const std::string statement = signing::attestation_statement(digest, name, result_.predicate_type, predicate_);
    const SignatureMaker maker{[&](const std::string& bytes, const signing::PublicKey& key) {
                                 return signing::is_signed_already(bytes, key, statement);
                               },
                               [&](const signing::PrivateKey& key) { return signing::sign_statement(key, statement); }};
    result_.attestation_files = write_signature_files(base, keys_, maker, request_.force);
  }

  const AttestRequest& request_;
  const Services& services_;
  std::vector<signing::PrivateKey> keys_;
  Value predicate_;
  AttestResult result_;
};

}  // namespace

AttestResult attest(const AttestRequest& request, const Services& services) {
  if (request.keys.empty())
    throw Error(ErrorCode::InvalidInput, "no key to sign with")
        .hint("name one with --key; 'waybill keygen' makes a pair");
  if (request.predicate.empty() || request.type.empty())
    throw Error(ErrorCode::InvalidInput, "nothing to attest: --predicate FILE and --type TYPE are needed");
  return Attesting(request, services).run();
}

Value to_value(const AttestResult& result) {
  Value attestations = Value::list();
  for (const SignatureRecord& record : result.attestations) {
    attestations.push_back(Value::map({{"form", record.form},
                                       {"predicateType", result.predicate_type},
                                       {"digest", record.digest.to_string()},
                                       {"keyId", record.key_id}}));
  }
  Value ids = Value::list();
  for (const std::string& id : result.key_ids) ids.push_back(id);
  Value value = Value::map({{"target", result.target},
                            {"digest", result.digest},
                            {"predicateType", result.predicate_type},
                            {"keyIds", std::move(ids)},
                            {"attestations", std::move(attestations)}});
  if (result.attestation_files.empty()) return value;
  Value files = Value::list();
  for (const std::string& file : result.attestation_files) files.push_back(file);
  value.set("files", std::move(files));
  return value;
}

}  // namespace waybill
