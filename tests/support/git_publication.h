#pragma once
// Publications as tests want them. Header only, because the helpers of all suites do not link the git room.
#include <unistd.h>

#include <filesystem>
#include <map>
#include <string>

#include "git/publication.h"

namespace waybill::testing {

// Files below `path` with a lock file that lists them one a line; fixed people, dates and words.
inline git::PublicationRequest publication_request(const std::string& path,
                                                   const std::map<std::string, std::string>& files) {
  git::PublicationRequest request;
  request.path = path;
  std::string lock;
  for (const auto& [name, bytes] : files) {
    request.files.add(RelPath::parse(name), bytes);
    lock += name + "\n";
  }
  request.lock_file = ".waybill.lock.json";
  request.files.add(RelPath::parse(request.lock_file), lock);
  request.read_owned_files = [](std::string_view text) {
    std::vector<RelPath> result;
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      result.push_back(RelPath::parse(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
  };
  request.author = {.name = "Ada", .email = "ada@example.org", .when = {.seconds = 1600000000, .offset_minutes = 0}};
  request.committer = request.author;
  request.message = "publish";
  request.trailers = {{.key = "Waybill-Bundle", .value = "sha256:00"}};
  return request;
}

// A process that publishes the file f below `path` with the contents 1, 2, … one commit each, and ends with 0 if all
// went well.
inline pid_t publish_in_child(const std::string& repository, const std::string& path, int commits,
                              const std::filesystem::path& cache) {
  const pid_t pid = ::fork();
  if (pid != 0) return pid;
  int status = 0;
  try {
    for (int i = 1; i <= commits; ++i) {
      git::PublicationRequest request = publication_request(path, {{"f", std::to_string(i)}});
      request.repository = repository;
      if (!git::publish(request, {.cache_folder = cache, .races = 50}).pushed) status = 2;
    }
  } catch (const std::exception&) {
    status = 1;
  }
  ::_exit(status);
}

}  // namespace waybill::testing
