// A body that is a file goes out over plain http without being read; libcurl sees nothing of it, so what it would have
// taken care of is tested here.
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <array>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>

#include "core/error.h"
#include "core/file_system.h"
#include "core/http/client.h"
#include "tests/support/fake_server.h"
#include "tests/support/loopback_listener.h"
#include "tests/support/thrown_error.h"

namespace waybill::http {
namespace {

using testing::error_of;
using testing::FakeRequest;
using testing::FakeResponse;
using testing::FakeServer;
using ::testing::HasSubstr;
using testing::LoopbackListener;

constexpr std::size_t kSize = std::size_t{12} << 20;  // more than the buffers of both ends hold

// Calls a function with each connection, one after another. What it does not read waits.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::function<void(int connection, int number)> talk) : talk_(std::move(talk)) {
    thread_ = std::thread([this] {
      for (int number = 0;; ++number) {
        const UniqueFd connection = listener_.accept();
        if (!connection) return;
        talk_(connection.get(), number);
      }
    });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    listener_.close();
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return "http://" + listener_.host(); }

 private:
  std::function<void(int, int)> talk_;
  LoopbackListener listener_;
  std::thread thread_;
};

// Until the other end closes or `size` bytes came.
std::string receive(int connection, std::size_t size) {
  std::string text;
  std::array<char, 65536> buffer{};
  while (text.size() < size) {
    const ssize_t count = ::recv(connection, buffer.data(), std::min(buffer.size(), size - text.size()), 0);
    if (count <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return text;
}

std::string receive_head(int connection) {
  std::string head;
  while (!head.ends_with("\r\n\r\n")) {
    const std::string byte = receive(connection, 1);
    if (byte.empty()) break;
    head += byte;
  }
  return head;
}

void say(int connection, std::string_view words) { ::send(connection, words.data(), words.size(), MSG_NOSIGNAL); }

// A file that must not be read.
class UnreadFile final : public ByteSource {
 public:
  explicit UnreadFile(const std::filesystem::path& file, std::uint64_t offset = 0)
      : file_(FdSource::open(file.string(), offset)) {}
  std::size_t read(std::span<std::byte>) override { throw std::logic_error("the file is read"); }
  [[nodiscard]] bool is_sendable() const noexcept override { return file_->is_sendable(); }
  std::optional<std::size_t> send_to(int socket, std::size_t most) override { return file_->send_to(socket, most); }

 private:
  std::unique_ptr<FdSource> file_;
};

class SentFile : public ::testing::Test {
 protected:
  SentFile() {
    content_.resize(kSize);
    for (std::size_t i = 0; i < content_.size(); ++i) content_[i] = static_cast<char>('a' + (i >> 10) % 26);
    write_file(file_, content_, Overwrite::No);
  }
  Response put(Client& client, const std::string& url, ByteSource& body, std::uint64_t size = kSize) {
    Request request;
    request.method = "PUT";
    request.url = url;
    request.headers = {{"Content-Type", "application/octet-stream"}};
    request.body = &body;
    request.body_size = size;
    return client.send(request);
  }
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "content";
  std::string content_;
};

TEST_F(SentFile, ArrivesWhole) {
  std::string seen;
  const FakeServer server([&](const FakeRequest& request) {
    seen = request.body;
    return FakeResponse{201, {}, "thanks"};
  });
  const auto client = make_client({});
  UnreadFile body(file_);
  const Response response = put(*client, server.url() + "/x", body);
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "thanks");
  EXPECT_TRUE(seen == content_);
  EXPECT_EQ(server.requests().at(0).method, "PUT");
  EXPECT_EQ(server.requests().at(0).header("content-length"), std::to_string(kSize));
  EXPECT_EQ(server.requests().at(0).header("transfer-encoding"), "");
}

TEST_F(SentFile, APieceOfItArrives) {
  std::string seen;
  const FakeServer server([&](const FakeRequest& request) {
    seen = request.body;
    return FakeResponse{202, {}, ""};
  });
  UnreadFile body(file_, 4321);
  EXPECT_EQ(put(*make_client({}), server.url() + "/x", body, 1 << 20).status, 202);
  EXPECT_TRUE(seen == content_.substr(4321, 1 << 20));
}

TEST_F(SentFile, ConnectionsAreUsedAgain) {
  int connections = 0;
  const ScriptedServer server([&](int connection, int number) {
    connections = number + 1;
    while (!receive_head(connection).empty()) {
      if (receive(connection, kSize).size() == kSize)
        say(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    }
  });
  const auto client = make_client({});
  for (int i = 0; i < 3; ++i) {
    UnreadFile body(file_);
    EXPECT_EQ(put(*client, server.url() + "/x", body).status, 201);
  }
  EXPECT_EQ(connections, 1);
}

// As after a token from another host, whose connection stays open.
TEST_F(SentFile, AConnectionToAnotherServerIsNotTakenForIt) {
  const auto answer_all = [](int connection, int) {
    for (std::string head = receive_head(connection); !head.empty(); head = receive_head(connection)) {
      if (head.starts_with("PUT")) receive(connection, kSize);
      say(connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  };
  const ScriptedServer tokens(answer_all);
  const ScriptedServer server(answer_all);
  const auto client = make_client({});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(client->send({.url = tokens.url() + "/token"}).status, 200);
    UnreadFile body(file_);
    EXPECT_EQ(put(*client, server.url() + "/x", body).status, 200);
  }
}

TEST_F(SentFile, AnEarlyAnswerEndsItAndItsConnection) {
  int connections = 0;
  const ScriptedServer server([&](int connection, int number) {
    connections = number + 1;
    receive_head(connection);
    say(connection, "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nno!");
    receive(connection,
            2 * kSize);  // until the client closes; on the same connection a next request would get no answer
  });
  const auto client = make_client({});
  for (int i = 0; i < 2; ++i) {
    UnreadFile body(file_);
    const Response response = put(*client, server.url() + "/x", body);
    EXPECT_EQ(response.status, 413);
    EXPECT_EQ(response.body, "no!");
  }
  EXPECT_EQ(connections, 2);
}

TEST_F(SentFile, AnAnswerBeforeTheConnectionBreaksIsRead) {
  const ScriptedServer server([&](int connection, int) {
    receive_head(connection);
    say(connection, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
    ::shutdown(connection, SHUT_WR);
    receive(connection, 1 << 20);
  });
  UnreadFile body(file_);
  EXPECT_EQ(put(*make_client({}), server.url() + "/x", body).status, 401);
}

TEST_F(SentFile, ALostConnectionIsUnavailable) {
  const ScriptedServer server([&](int connection, int) {
    receive_head(connection);
    receive(connection, 1 << 20);
  });
  UnreadFile body(file_);
  const auto client = make_client({});
  EXPECT_EQ(error_of([&] { put(*client, server.url() + "/x", body); }).code(), ErrorCode::Unavailable);
}

// libcurl would repeat the request by itself, and the server would wait for a body that has gone to the other one.
TEST_F(SentFile, AConnectionThatDiedMeanwhileIsNoHalfBody) {
  bool body_without_head = false;
  const ScriptedServer server([&](int connection, int number) {
    const std::string start = receive(connection, 4);
    if (!start.empty() && start != "PUT ") body_without_head = true;
    receive_head(connection);
    if (number == 0) {
      receive(connection, kSize);
      say(connection, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
      receive_head(connection);      // the second request …
      receive(connection, 3 << 20);  // … of which it takes a part
    } else {
      const std::string got = receive(connection, kSize);
      say(connection, got.size() == kSize ? "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
                                          : "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    }
  });
  const auto client = make_client({.stall_timeout = std::chrono::seconds(5)});
  UnreadFile first(file_);
  EXPECT_EQ(put(*client, server.url() + "/x", first).status, 201);
  UnreadFile second(file_);
  EXPECT_EQ(error_of([&] { put(*client, server.url() + "/x", second); }).code(), ErrorCode::Unavailable);
  UnreadFile third(file_);
  EXPECT_EQ(put(*client, server.url() + "/x", third).status, 201);
  EXPECT_FALSE(body_without_head);
}

TEST_F(SentFile, AServerThatTakesNothingIsATimeout) {
  std::promise<void> end;
  const ScriptedServer server([&](int connection, int) {
    receive_head(connection);
    end.get_future().wait();
  });
  const auto client = make_client({.stall_timeout = std::chrono::seconds(1)});
  UnreadFile body(file_);
  EXPECT_EQ(error_of([&] { put(*client, server.url() + "/x", body); }).code(), ErrorCode::Timeout);
  end.set_value();
}

TEST_F(SentFile, AnAnswerThatDoesNotComeIsATimeout) {
  const ScriptedServer server([&](int connection, int) {
    receive_head(connection);
    receive(connection, kSize + 1);
  });
  const auto client = make_client({.stall_timeout = std::chrono::seconds(1)});
  UnreadFile body(file_);
  EXPECT_EQ(error_of([&] { put(*client, server.url() + "/x", body); }).code(), ErrorCode::Timeout);
}

TEST_F(SentFile, AFileThatIsTooShortIsInvalid) {
  const FakeServer server([](const FakeRequest&) { return FakeResponse{}; });
  UnreadFile body(file_, kSize - 100'000);
  const Error error = error_of([&] { put(*make_client({}), server.url() + "/x", body); });
  EXPECT_EQ(error.code(), ErrorCode::InvalidInput);
  EXPECT_THAT(error.what(), HasSubstr("ends after 100000 of 12582912 bytes"));
}

// One of those whose files the system has no way to send.
TEST_F(SentFile, AFileOfAPoorFileSystemIsReadAfterAll) {
  const std::string expected = read_file("/proc/self/cmdline");
  std::array<int, 2> sockets{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()), 0);
  const UniqueFd ours(sockets[0]);
  const UniqueFd theirs(sockets[1]);
  const auto file = FdSource::open("/proc/self/cmdline");
  ASSERT_TRUE(file->is_sendable());
  std::string got;
  while (const auto count = file->send_to(ours.get(), 7)) {
    if (*count == 0) break;
    got += receive(theirs.get(), *count);
  }
  EXPECT_EQ(got, expected);
}

}  // namespace
}  // namespace waybill::http
