#include "tests/support/sample_gallery.h"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <random>

#include "tests/support/sample_images.h"

namespace fanfetch::support {
namespace {

constexpr std::string_view kListing = "/3/gallery/hot/viral/";
constexpr std::string_view kAlbum = "/3/album/Album01/images";
constexpr unsigned kAlbumImages = 3;

/// Seven characters, as Imgur's ids have.
std::string image_id(unsigned number) {
  static constexpr char kLetters[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::mt19937 random(number + 1000);
  std::string id;
  for (int i = 0; i < 7; ++i) id += kLetters[random() % (sizeof kLetters - 1)];
  return id;
}

/// The end of a picture's link: mostly `.jpg`, sometimes in the form of cameras and caches.
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
               std::size_t size, std::string_view mp4 = "") {
  put(json, "id", id);
  put(json, "title", fmt::format("Sample “{}”", id));
  put(json, "type", type);
  json.Key("animated");
  json.Bool(type == "image/gif" || !mp4.empty());
  for (const auto& [key, value] : {std::pair("width", 480), {"height", 360}}) {
    json.Key(key);
    json.Int(value);
  }
  json.Key("size");
  json.Uint64(size);
  if (!link.empty()) put(json, "link", link);
  if (!mp4.empty()) put(json, "mp4", mp4);
  json.Key("nsfw");
  json.Bool(false);
  json.Key("is_album");
  json.Bool(false);
}

std::string album_image_id(unsigned number) { return fmt::format("Album0{}", number + 2); }

/// The images of the album, from the first one.
void put_album_images(Json& json, const FaultOrigin& origin, unsigned count) {
  json.StartArray();
  for (unsigned i = 0; i < count; ++i) {
    const std::string id = album_image_id(i);
    json.StartObject();
    put_image(json, id, "image/jpeg", origin.url("/" + id + ".jpg"), 1000);
    json.EndObject();
  }
  json.EndArray();
}

/// A page shows only the first image of an album.
void put_album(Json& json, const FaultOrigin& origin) {
  put(json, "id", "Album01");
  put(json, "title", "Sample album");
  put(json, "link", "https://imgur.com/a/Album01");
  put(json, "cover", album_image_id(0));
  json.Key("is_album");
  json.Bool(true);
  json.Key("images_count");
  json.Uint(kAlbumImages);
  json.Key("images");
  put_album_images(json, origin, 1);
}

void put_success(Json& json) {
  json.Key("success");
  json.Bool(true);
  json.Key("status");
  json.Int(200);
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
  serve_others();
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
  json.StartObject();
  put_image(json, "Anim001", "image/gif", origin_.url("/Anim001.gif"), tiny_gif().size());
  json.EndObject();
  json.StartObject();
  put_image(json, "Movie01", "video/mp4", origin_.url("/Movie01.gifv"), tiny_mp4().size(),
            origin_.url("/Movie01.mp4"));
  json.EndObject();
  json.StartObject();
  put_album(json, origin_);
  json.EndObject();
  json.StartObject();
  put_image(json, "Removed", "image/jpeg", "", 0);
  json.EndObject();
  json.EndArray();
  put_success(json);
  json.EndObject();
  listing_ = buffer.GetString();
}

void SampleGallery::serve_others() {
  const auto serve = [this](const std::string& name, std::string bytes, std::string_view type) {
    origin_.serve("/" + name, Reply{.body = bytes, .content_type = std::string(type)});
    other_files_[name] = std::move(bytes);
  };
  serve("Anim001.gif", tiny_gif(), "image/gif");
  serve("Movie01.mp4", tiny_mp4(), "video/mp4");
  for (unsigned i = 0; i < kAlbumImages; ++i) {
    serve(album_image_id(i) + ".jpg", sample_jpeg(10'000 + i), "image/jpeg");
  }
  rapidjson::StringBuffer buffer;
  Json json(buffer);
  json.StartObject();
  json.Key("data");
  put_album_images(json, origin_, kAlbumImages);
  put_success(json);
  json.EndObject();
  album_ = buffer.GetString();
}

void SampleGallery::serve_listing() {
  origin_.serve_rest([this](Connection& connection, const Request& request) {
    const bool is_album = request.path == kAlbum;
    if (!is_album && !request.path.starts_with(kListing)) {
      return answer(connection, request, status(404));
    }
    const std::string credentials = request.header("authorization").value_or("");
    constexpr std::string_view kScheme = "Client-ID ";
    if (!credentials.starts_with(kScheme) || credentials.size() == kScheme.size()) {
      return answer(connection, request, refusal(401, "Authentication required"));
    }
    if (!options_.client_id.empty() && credentials.substr(kScheme.size()) != options_.client_id) {
      return answer(connection, request, refusal(403, "The client_id provided is invalid."));
    }
    if (is_album) return answer(connection, request, json(album_));
    const bool first_page = request.path == fmt::format("{}0", kListing);
    answer(connection, request,
           json(first_page ? listing_ : R"({"data":[],"success":true,"status":200})"));
  });
}

}  // namespace fanfetch::support
