#include "tests/support/sample_gallery.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <random>

#include "tests/support/sample_images.h"

namespace fanfetch::support {
namespace {

constexpr std::string_view kListing = "/3/gallery/hot/viral/";

/// Seven characters, as Imgur's ids have.
std::string image_id(unsigned number) {
  static constexpr char kLetters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::mt19937 random(number + 1000);
  std::string id;
  for (int i = 0; i < 7; ++i) id += kLetters[random() % (sizeof kLetters - 1)];
  return id;
}

/// How a picture's link ends: mostly `.jpg`, now and then as cameras and caches write it.
struct Ending {
  std::string_view extension = ".jpg";
  std::string_view query = "";
};

Ending ending_of(int number) {
  if (number % 40 == 7) return {.extension = ".JPG"};
  if (number % 40 == 23) return {.query = "?1"};
  return {};
}

using Json = rapidjson::Writer<rapidjson::StringBuffer>;

void put(Json& json, const char* key, std::string_view text) {
  json.Key(key);
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

/// The keys of an image item; without `link` if that is empty. Inside an object.
void put_image(Json& json, std::string_view id, std::string_view type, std::string_view link,
               std::size_t size) {
  put(json, "id", id);
  put(json, "title", fmt::format("Sample “{}”", id));
  put(json, "type", type);
  json.Key("animated");
  json.Bool(type == "image/gif");
  for (const auto& [key, value] : {std::pair("width", 480), {"height", 360}}) {
    json.Key(key);
    json.Int(value);
  }
  json.Key("size");
  json.Uint64(size);
  if (!link.empty()) put(json, "link", link);
  json.Key("nsfw");
  json.Bool(false);
  json.Key("is_album");
  json.Bool(false);
}

void put_album(Json& json, std::string_view id, std::string_view cover_link) {
  put(json, "id", id);
  put(json, "title", "Sample album");
  put(json, "link", fmt::format("https://imgur.com/a/{}", id));
  put(json, "cover", "Cover01");
  json.Key("is_album");
  json.Bool(true);
  json.Key("images_count");
  json.Int(1);
  json.Key("images");
  json.StartArray();
  json.StartObject();
  put_image(json, "Cover01", "image/jpeg", cover_link, 1000);
  json.EndObject();
  json.EndArray();
}

Reply refusal(int code, std::string_view text) {
  return json(fmt::format(R"({{"data":{{"error":"{}","request":"/3/gallery","method":"GET"}},)"
                          R"("success":false,"status":{}}})",
                          text, code),
              code);
}

}  // namespace

SampleGallery::SampleGallery(GalleryOptions options) : options_(std::move(options)) {
  serve_images();
  serve_listing();
}

void SampleGallery::serve_images() {
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  json.StartObject();
  json.Key("data");
  json.StartArray();
  for (int i = 0; i < options_.images; ++i) {
    const auto [extension, query] = ending_of(i);
    const std::string id = image_id(static_cast<unsigned>(i));
    const std::string name = id + std::string(extension);
    const std::string bytes = sample_jpeg(static_cast<unsigned>(i));
    json.StartObject();
    put_image(json, id, "image/jpeg", origin_.url("/" + name + std::string(query)), bytes.size());
    json.EndObject();
    origin_.serve("/" + name, Reply{.body = bytes, .delay = options_.delay});
    files_[name] = bytes;
  }
  const std::string gif = "/Anim001.gif";
  origin_.serve(gif, Reply{.body = tiny_gif(), .content_type = "image/gif"});
  json.StartObject();
  put_image(json, "Anim001", "image/gif", origin_.url(gif), tiny_gif().size());
  json.EndObject();
  json.StartObject();
  put_album(json, "Album01", origin_.url("/Cover01.jpg"));
  json.EndObject();
  json.StartObject();
  put_image(json, "Removed", "image/jpeg", "", 0);
  json.EndObject();
  json.EndArray();
  json.Key("success");
  json.Bool(true);
  json.Key("status");
  json.Int(200);
  json.EndObject();
  listing_ = buffer.GetString();
}

void SampleGallery::serve_listing() {
  origin_.serve_rest([this](Connection& connection, const Request& request) {
    if (!request.path.starts_with(kListing)) return answer(connection, request, status(404));
    const std::string credentials = request.header("authorization").value_or("");
    constexpr std::string_view kScheme = "Client-ID ";
    if (!credentials.starts_with(kScheme) || credentials.size() == kScheme.size()) {
      return answer(connection, request, refusal(401, "Authentication required"));
    }
    if (!options_.client_id.empty() && credentials.substr(kScheme.size()) != options_.client_id) {
      return answer(connection, request, refusal(403, "The client_id provided is invalid."));
    }
    const bool first_page = request.path == fmt::format("{}0", kListing);
    answer(connection, request,
           json(first_page ? listing_ : R"({"data":[],"success":true,"status":200})"));
  });
}

}  // namespace fanfetch::support
