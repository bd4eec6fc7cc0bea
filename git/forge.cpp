#include "git/forge.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "core/error.h"
#include "core/http/url.h"
#include "core/interrupt.h"
#include "core/json/reader.h"
#include "core/json/writer.h"
#include "git/failure.h"

namespace waybill::git {
namespace {

constexpr std::uint64_t kLargestAnswer = 16 << 20;
constexpr unsigned kAttempts = 3;
constexpr std::chrono::milliseconds kPause{500};
constexpr int kPageSize = 50;
constexpr int kMostPages = 40;

// What differs between the forges, as data.
struct Dialect {
  std::string_view name;  // as --forge says it
  ForgeKind kind;
  std::string_view api_path;   // behind the front page
  std::string_view scheme;     // of the Authorization header
  std::string_view head_name;  // members of a request
  std::string_view base_name;
  std::string_view body_name;
  std::string_view number_name;
  std::string_view url_name;
  std::string_view update_method;
};
constexpr std::array kDialects = {
    Dialect{"github", ForgeKind::GitHub, "/api/v3", "Bearer", "head", "base", "body", "number", "html_url", "PATCH"},
    Dialect{"gitlab", ForgeKind::GitLab, "/api/v4", "Bearer", "source_branch", "target_branch", "description", "iid",
            "web_url", "PUT"},
    Dialect{"gitea", ForgeKind::Gitea, "/api/v1", "token", "head", "base", "body", "number", "html_url", "PATCH"}};

const Dialect& dialect_of(ForgeKind kind) { return *std::ranges::find(kDialects, kind, &Dialect::kind); }

const Dialect& dialect_named(std::string_view name) {
  const auto* found = std::ranges::find(kDialects, name, &Dialect::name);
  if (found != kDialects.end()) return *found;
  throw Error(ErrorCode::InvalidInput, fmt::format("'{}' is no forge that is known", name.substr(0, 100)))
      .hint("github, gitlab or gitea (also for Forgejo)");
}

std::optional<ForgeKind> kind_of_host(const std::string& host) {
  const auto first_label_is = [&](std::string_view label) {
    return host.starts_with(label) && host.size() > label.size() && host[label.size()] == '.';
  };
  if (host == "github.com" || host == "ssh.github.com") return ForgeKind::GitHub;
  if (first_label_is("gitlab")) return ForgeKind::GitLab;
  if (host == "codeberg.org" || first_label_is("gitea") || first_label_is("forgejo")) return ForgeKind::Gitea;
  return std::nullopt;
}

std::string front_page_of(const RemoteAddress& repository) {
  if (repository.transport() == Transport::Http) return fmt::format("http://{}", repository.authority());
  if (repository.transport() == Transport::Https) return fmt::format("https://{}", repository.authority());
  if (repository.host() == "ssh.github.com") return "https://github.com";
  // A port of ssh says nothing about the front page.
  return fmt::format("https://{}", bracketed(repository.host()));
}

// "owner/name" of the repository's path; a forge that lies below a path of its host has that in front of it.
std::string project_of(const RemoteAddress& repository, std::string_view below, ForgeKind kind) {
  const std::string path = repository.service_path();
  std::string_view rest = path;
  while (rest.starts_with('/')) rest.remove_prefix(1);
  while (below.starts_with('/')) below.remove_prefix(1);
  if (!below.empty() && rest.starts_with(below)) rest.remove_prefix(below.size());
  while (rest.starts_with('/')) rest.remove_prefix(1);
  while (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.ends_with(".git")) rest.remove_suffix(4);
  const auto slashes = std::ranges::count(rest, '/');
  const bool fits = kind == ForgeKind::GitLab ? slashes >= 1 : slashes == 1;
  if (!fits || rest.ends_with('/') || rest.find("//") != std::string_view::npos) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' does not name a project of a forge", repository.text()))
        .hint("the path of its address is OWNER/NAME.git");
  }
  return std::string(rest);
}

class Api {
 public:
  Api(const ForgePlace& place, const ForgeServices& services)
      : place_(place), dialect_(dialect_of(place.kind)), services_(services) {
    authorization_ = authorization(place, services.credentials);
  }

  static SecretBytes authorization(const ForgePlace& place, CredentialProvider& credentials) {
    const std::optional<UserPassword> first = credentials.credential(place.account, 0);
    if (first) return prefixed(fmt::format("{} ", dialect_of(place.kind).scheme), first->password);
    const std::string remark = credentials.remark();
    throw Error(ErrorCode::Denied, fmt::format("there is no token for '{}'{}", place.api,
                                               remark.empty() ? "" : fmt::format(" ({})", remark)))
        .hint("set WAYBILL_GIT_TOKEN to one that may open pull requests");
  }

  // The open request for these branches.
  std::optional<Value> find(const PullRequestText& text) {
    if (place_.kind == ForgeKind::Gitea) return find_by_pages(text);
    const std::string owner = place_.project.substr(0, place_.project.find('/'));
    const std::string query =
        place_.kind == ForgeKind::GitHub
            ? fmt::format("?state=open&head={}&base={}", http::percent_encode(owner + ":" + text.head),
                          http::percent_encode(text.base))
            : fmt::format("?state=opened&source_branch={}&target_branch={}", http::percent_encode(text.head),
                          http::percent_encode(text.base));
    const Value list = read(expect(send("GET", requests() + query, nullptr), 200));
    if (!list.is_list()) throw nonsense();
    for (const Value& item : list.items()) {
      if (branch(item, dialect_.head_name) == text.head && branch(item, dialect_.base_name) == text.base) return item;
    }
    return std::nullopt;
  }

  // nullopt: somebody else was faster, or it is refused; then `refusal` says in the forge's words why.
  std::optional<Value> create(const PullRequestText& text, std::string& refusal) {
    Value body = content_of(text);
    body.set(dialect_.head_name, text.head);
    body.set(dialect_.base_name, text.base);
    if (place_.kind == ForgeKind::GitLab) body.set("remove_source_branch", true);
    const http::Response response = send("POST", requests(), &body);
    if (response.status == 409 || response.status == 422 || response.status == 400) {
      refusal = words_of(response);
      return std::nullopt;
    }
    return read(expect(response, 201));
  }

  Value update(std::int64_t number, const PullRequestText& text) {
    const Value body = content_of(text);
    const http::Response response =
        send(std::string(dialect_.update_method), fmt::format("{}/{}", requests(), number), &body);
    return read(expect(response, response.status == 201 ? 201 : 200));
  }

  [[nodiscard]] PullRequest result(const Value& request, PullRequestState state) const {
    const Value* number = request.find(dialect_.number_name);
    if (number == nullptr || !number->is_int()) throw nonsense();
    return {.number = number->as_int(), .url = clean_line(request.text_or(dialect_.url_name, {})), .state = state};
  }
  [[nodiscard]] bool says(const Value& request, const PullRequestText& text) const {
    std::string body = request.text_or(dialect_.body_name, {});
    std::erase(body, '\r');
    return request.text_or("title", {}) == text.title && body == text.body;
  }

 private:
  [[nodiscard]] std::string requests() const {
    if (place_.kind == ForgeKind::GitLab)
      return fmt::format("{}/projects/{}/merge_requests", place_.api, http::percent_encode(place_.project));
    const std::size_t slash = place_.project.find('/');
    return fmt::format("{}/repos/{}/{}/pulls", place_.api, http::percent_encode(place_.project.substr(0, slash)),
                       http::percent_encode(place_.project.substr(slash + 1)));
  }

  [[nodiscard]] Value content_of(const PullRequestText& text) const {
    Value content = Value::map({{"title", text.title}});
    content.set(dialect_.body_name, text.body);
    return content;
  }

  // Gitea lists by state only, as far as all its versions go.
  std::optional<Value> find_by_pages(const PullRequestText& text) {
    for (int page = 1; page <= kMostPages; ++page) {
      const Value list = read(expect(
          send("GET", fmt::format("{}?state=open&limit={}&page={}", requests(), kPageSize, page), nullptr), 200));
      if (!list.is_list()) throw nonsense();
      if (list.items().empty()) return std::nullopt;
      for (const Value& item : list.items()) {
        if (branch(item, "head") == text.head && branch(item, "base") == text.base) return item;
      }
    }
    return std::nullopt;
  }

  // GitHub and Gitea keep {"ref": NAME}, GitLab the name.
  static std::string branch(const Value& request, std::string_view member) {
    const Value* found = request.find(member);
    if (found == nullptr) return {};
    return found->is_string() ? found->as_string() : found->text_or("ref", {});
  }

  http::Response send(const std::string& method, const std::string& url, const Value* body) {
    const std::string bytes = body != nullptr ? json::write(*body, json::HtmlEscape::No) : std::string();
    for (unsigned attempt = 1;; ++attempt) {
      SpanSource source(bytes);
      http::Request request;
      request.method = method;
      request.url = url;
      request.headers = {
          {"Accept", place_.kind == ForgeKind::GitHub ? "application/vnd.github+json" : "application/json"}};
      if (place_.kind == ForgeKind::GitHub) request.headers.emplace_back("X-GitHub-Api-Version", "2022-11-28");
      if (body != nullptr) {
        request.headers.emplace_back("Content-Type", "application/json");
        request.body = &source;
        request.body_size = bytes.size();
      }
      request.authorization = &authorization_;
      request.response_limit = kLargestAnswer;
      // A repeated POST is safe: the forge refuses a second request for the same branches.
      try {
        http::Response response = services_.client.send(request);
        if (response.status == 401) services_.credentials.tell(Verdict::Refused);
        if (response.status >= 200 && response.status < 300) services_.credentials.tell(Verdict::Accepted);
        if (response.status < 500 || attempt == kAttempts) return response;
      } catch (const Error& error) {
        if (error.code() != ErrorCode::Unavailable || attempt == kAttempts) throw;
      }
      pause(kPause * attempt);
    }
  }

  void pause(std::chrono::milliseconds time) const {
    throw_if_interrupted();
    if (services_.sleep)
      services_.sleep(time);
    else
      std::this_thread::sleep_for(time);
  }

  // The message that all three put into their errors, one way or another.
  static std::string words_of(const http::Response& response) {
    try {
      const Value answer = json::parse(response.body, "the forge's answer");
      std::string words = answer.text_or("message", {});
      if (const Value* message = answer.find("message"); message != nullptr && !message->is_string())
        words = json::write(*message);
      if (const Value* errors = answer.find("errors"); errors != nullptr) words += " " + json::write(*errors);
      return clean_line(words).substr(0, 500);
    } catch (const Error&) {
      return {};
    }
  }

  [[nodiscard]] Error nonsense() const {
    return {ErrorCode::Unavailable, fmt::format("'{}' does not answer as a {} does", place_.api, dialect_.name)};
  }

  [[nodiscard]] Value read(const http::Response& response) const {
    try {
      return json::parse(response.body, "the forge's answer");
    } catch (const Error&) {
      throw nonsense().hint("is this the right --forge, and the right --forge-url?");
    }
  }

  const http::Response& expect(const http::Response& response, int status) const {
    if (response.status == status) return response;
    const std::string words = words_of(response);
    const auto failure = [&](ErrorCode code, std::string_view what) {
      return Error(code, fmt::format("'{}' {}: status {}{}", place_.api, what, response.status,
                                     words.empty() ? "" : fmt::format(" ({})", words)));
    };
    if (response.status == 429 || (response.status == 403 && response.header("X-RateLimit-Remaining") == "0"))
      throw failure(ErrorCode::RateLimited, "asks us to wait");
    if (response.status == 401)
      throw failure(ErrorCode::Denied, "does not accept the token").hint("see WAYBILL_GIT_TOKEN");
    if (response.status == 403) {
      throw failure(ErrorCode::Denied, "does not allow the token to open pull requests")
          .hint("give the token the right to read and write pull requests of this repository");
    }
    if (response.status == 404) {
      throw failure(ErrorCode::NotFound, fmt::format("knows no project '{}'", place_.project))
          .hint("forges answer so for private projects too when the token may not see them");
    }
    if (response.status >= 500) throw failure(ErrorCode::Unavailable, "has a failure of its own");
    throw failure(ErrorCode::Conflict, "refuses");
  }

  const ForgePlace& place_;
  const Dialect& dialect_;
  const ForgeServices& services_;
  SecretBytes authorization_;
};

}  // namespace

std::optional<ForgePlace> find_forge(RemoteAddress repository, std::string_view kind, std::string_view url) {
  std::optional<ForgeKind> known;
  if (!kind.empty()) known = dialect_named(kind).kind;
  if (repository.is_folder() || repository.transport() == Transport::Git) {
    if (!known) return std::nullopt;
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' lies on no forge", repository.text()))
        .hint("leave --forge out, or name the repository by its https or ssh address");
  }
  std::string front(url.empty() ? front_page_of(repository) : std::string(url));
  while (front.ends_with('/')) front.pop_back();
  const http::Url page = http::Url::parse(front);
  if (!known) known = kind_of_host(page.host);
  if (!known && !url.empty()) {
    throw Error(ErrorCode::InvalidInput, fmt::format("'{}' does not tell what kind of forge it is", page.authority()))
        .hint("name it with --forge github, gitlab or gitea");
  }
  if (!known) return std::nullopt;
  const bool is_public_github = *known == ForgeKind::GitHub && page.host == "github.com";
  const std::string below = page.target == "/" ? "" : page.target;
  const bool same_place =
      page.same_origin(http::Url::parse(front_page_of(repository))) && repository.transport() != Transport::Ssh;
  std::string project = project_of(repository, below, *known);
  RemoteAddress account = same_place ? std::move(repository) : RemoteAddress::parse(front + "/" + project);
  return ForgePlace{
      .kind = *known,
      .api = is_public_github ? "https://api.github.com" : front + std::string(dialect_of(*known).api_path),
      .project = std::move(project),
      .account = std::move(account)};
}

void require_forge_token(const ForgePlace& place, CredentialProvider& credentials) {
  static_cast<void>(Api::authorization(place, credentials));
}

PullRequest open_or_update(const ForgePlace& place, const PullRequestText& text, const ForgeServices& services) {
  Api api(place, services);
  std::optional<Value> found = api.find(text);
  if (!found) {
    std::string refusal;
    if (const auto made = api.create(text, refusal)) return api.result(*made, PullRequestState::Opened);
    found = api.find(text);
    if (!found) {
      throw Error(ErrorCode::Conflict,
                  fmt::format("'{}' refuses a pull request from '{}' to '{}'{}", place.api, text.head, text.base,
                              refusal.empty() ? "" : fmt::format(": {}", refusal)));
    }
  }
  if (api.says(*found, text)) return api.result(*found, PullRequestState::Unchanged);
  const PullRequest known = api.result(*found, PullRequestState::Updated);
  return api.result(api.update(known.number, text), PullRequestState::Updated);
}

}  // namespace waybill::git
