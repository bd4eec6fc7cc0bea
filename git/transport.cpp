#include "git/transport.h"

#include <memory>
#include <utility>

namespace waybill::git {
namespace {

struct Binding {
  Carrier& carrier;
  std::exception_ptr& failure;
};

template <typename Body>
int guarded(std::exception_ptr& failure, Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    failure = std::current_exception();
    library().git_error_set_str(GIT_ERROR_NET, "the conversation with the git server failed");
    return GIT_EUSER;
  }
}

struct Stream;

// libgit2 knows structures of C with a table of functions in front.
struct Subtransport {
  git_smart_subtransport table{};
  Binding binding;
  Stream* conversation = nullptr;  // of a carrier that is not stateless: one stream for all actions, as libgit2 demands
};

struct Stream {
  git_smart_subtransport_stream table{};
  Subtransport& owner;
  std::unique_ptr<Channel> channel;
};

Stream& stream_of(git_smart_subtransport_stream* table) {
  return *reinterpret_cast<Stream*>(table);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): its first member
}
Subtransport& subtransport_of(git_smart_subtransport* table) {
  return *reinterpret_cast<Subtransport*>(table);  // NOLINT(cppcoreguidelines-pro-type-reinterpret-cast): the same
}

int read(git_smart_subtransport_stream* table, char* buffer, std::size_t size, std::size_t* count) {
  Stream& stream = stream_of(table);
  return guarded(stream.owner.binding.failure, [&] { *count = stream.channel->read({buffer, size}); });
}
int write(git_smart_subtransport_stream* table, const char* buffer, std::size_t size) {
  Stream& stream = stream_of(table);
  return guarded(stream.owner.binding.failure, [&] { stream.channel->write({buffer, size}); });
}
void free_stream(git_smart_subtransport_stream* table) {
  const std::unique_ptr<Stream> gone(&stream_of(table));
  gone->owner.conversation = nullptr;
}

int act(git_smart_subtransport_stream** out, git_smart_subtransport* table, const char*, git_smart_service_t action) {
  Subtransport& subtransport = subtransport_of(table);
  return guarded(subtransport.binding.failure, [&] {
    Carrier& carrier = subtransport.binding.carrier;
    const bool first = action == GIT_SERVICE_UPLOADPACK_LS || action == GIT_SERVICE_RECEIVEPACK_LS;
    const bool upload = action == GIT_SERVICE_UPLOADPACK_LS || action == GIT_SERVICE_UPLOADPACK;
    const Service service = upload ? Service::UploadPack : Service::ReceivePack;
    if (subtransport.conversation != nullptr) {
      *out = &subtransport.conversation->table;
      return;
    }
    auto stream = std::make_unique<Stream>(Stream{.owner = subtransport, .channel = nullptr});
    stream->table = {.subtransport = table, .read = read, .write = write, .free = free_stream};
    stream->channel = first ? carrier.open(service) : carrier.talk(service);
    if (!carrier.is_stateless()) subtransport.conversation = stream.get();
    *out = &stream.release()->table;
  });
}
// A stream is closed when it is freed.
int close(git_smart_subtransport*) { return 0; }
void free_subtransport(git_smart_subtransport* table) {
  const std::unique_ptr<Subtransport> gone(&subtransport_of(table));
}

int make_subtransport(git_smart_subtransport** out, git_transport*, void* payload) {
  auto subtransport = std::make_unique<Subtransport>(Subtransport{.binding = *static_cast<Binding*>(payload)});
  subtransport->table = {.action = act, .close = close, .free = free_subtransport};
  *out = &subtransport.release()->table;
  return 0;
}

}  // namespace

int make_transport(git_transport** out, git_remote* owner, Carrier& carrier, std::exception_ptr& failure) {
  return guarded(failure, [&] {
    // make_subtransport copies it before git_transport_smart returns.
    Binding binding{.carrier = carrier, .failure = failure};
    git_smart_subtransport_definition definition = {
        .callback = make_subtransport, .rpc = carrier.is_stateless() ? 1U : 0U, .param = &binding};
    check(library().git_transport_smart(out, owner, &definition), "cannot prepare the connection");
  });
}

}  // namespace waybill::git
