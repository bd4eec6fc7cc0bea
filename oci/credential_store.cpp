#include "oci/credential_store.h"

#include <fmt/core.h>

#include <algorithm>

#include "core/bytes.h"
#include "core/error.h"
#include "core/file_system.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "oci/credential_helper.h"

namespace fs = std::filesystem;

namespace waybill::oci {
namespace {

constexpr std::uint64_t kLargestFile = 4ULL << 20;

Value read_document(const fs::path& file) {
  Value document = json::parse(read_file(file, kLargestFile), file.string());
  if (!document.is_map()) {
    throw Error(ErrorCode::InvalidInput,
                fmt::format("'{}' is {}, expected a mapping", file.string(), document.kind_name()));
  }
  return document;
}

void write_document(const fs::path& file, const Value& document) {
  std::error_code problem;
  // A configuration that is kept elsewhere and linked to stays linked.
  const fs::path target = fs::exists(file, problem) ? fs::canonical(file, problem) : file;
  if (target.has_parent_path() && !fs::exists(target.parent_path(), problem)) {
    fs::create_directories(target.parent_path(), problem);
    if (problem) throw system_error(problem.value(), fmt::format("cannot make '{}'", target.parent_path().string()));
    fs::permissions(target.parent_path(), fs::perms::owner_all, problem);
  }
  write_file(target, json::write_pretty(document), Overwrite::Yes, 0600);
}

// The helper that a file names for the registry; empty: none.
std::string helper_of(const Value& document, const std::string& registry) {
  if (const Value* helpers = document.find("credHelpers"); helpers != nullptr && helpers->is_map()) {
    if (std::string helper = helpers->text_or(registry, ""); !helper.empty()) return helper;
  }
  return document.text_or("credsStore", "");
}

bool has_entry(const Value& document, const std::string& registry) {
  const Value* entries = document.find("auths");
  if (entries == nullptr || !entries->is_map()) return false;
  return std::any_of(entries->members().begin(), entries->members().end(),
                     [&](const Value::Member& member) { return is_key_of_registry(member.key, registry); });
}

bool erase_entry(Value& document, const std::string& registry) {
  Value* entries = document.find("auths");
  if (entries == nullptr || !entries->is_map()) return false;
  return std::erase_if(entries->members(),
                       [&](const Value::Member& member) { return is_key_of_registry(member.key, registry); }) != 0;
}

Value entry_of(const Credentials& credentials) {
  if (!credentials.identity_token.empty()) {
    return Value::map(
        {{"auth", to_base64(as_bytes(credentials.user + ":"))}, {"identitytoken", credentials.identity_token.view()}});
  }
  const std::string plain = fmt::format("{}:{}", credentials.user, credentials.password.view());
  return Value::map({{"auth", to_base64(as_bytes(plain))}});
}

fs::path file_for(const std::string& registry, const CredentialEnvironment& environment) {
  const std::vector<fs::path> files = credential_files(environment);
  if (files.empty()) throw Error(ErrorCode::InvalidInput, "no file for credentials").hint("set HOME or DOCKER_CONFIG");
  if (!environment.variable("REGISTRY_AUTH_FILE").value_or("").empty()) return files.front();  // it was named for this
  std::vector<fs::path> present;
  std::error_code ignored;
  for (const fs::path& file : files) {
    if (fs::exists(file, ignored)) present.push_back(file);
  }
  for (const fs::path& file : present) {
    const Value document = read_document(file);
    if (has_entry(document, registry) || !helper_of(document, registry).empty()) return file;
  }
  return present.empty() ? files.back() : present.front();
}

}  // namespace

StoredCredentials store_credentials(const std::string& registry, const Credentials& credentials,
                                    const CredentialEnvironment& environment) {
  const fs::path file = file_for(registry, environment);
  std::error_code ignored;
  Value document = fs::exists(file, ignored) ? read_document(file) : Value::map();
  if (const std::string helper = helper_of(document, registry); !helper.empty()) {
    check_helper_name(helper);
    const bool token = !credentials.identity_token.empty();
    const std::string input =
        json::write(Value::map({{"ServerURL", registry},
                                {"Username", token ? "<token>" : credentials.user},
                                {"Secret", token ? credentials.identity_token.view() : credentials.password.view()}}),
                    json::HtmlEscape::No);
    static_cast<void>(environment.run_helper(helper, HelperVerb::Store, input));
    return {"docker-credential-" + helper, true};
  }
  Value* entries = document.find("auths");
  if (entries == nullptr || !entries->is_map()) entries = &document.set("auths", Value::map());
  erase_entry(document, registry);
  entries->set(registry, entry_of(credentials));
  write_document(file, document);
  return {file.string(), false};
}

std::vector<std::string> erase_credentials(const std::string& registry, const CredentialEnvironment& environment) {
  std::vector<std::string> places;
  std::error_code ignored;
  for (const fs::path& file : credential_files(environment)) {
    if (!fs::exists(file, ignored)) continue;
    Value document = read_document(file);
    if (const std::string helper = helper_of(document, registry); !helper.empty()) {
      check_helper_name(helper);
      if (environment.run_helper(helper, HelperVerb::Get, registry)) {
        static_cast<void>(environment.run_helper(helper, HelperVerb::Erase, registry));
        places.push_back("docker-credential-" + helper);
      }
    }
    if (!erase_entry(document, registry)) continue;
    write_document(file, document);
    places.push_back(file.string());
  }
  return places;
}

}  // namespace waybill::oci
