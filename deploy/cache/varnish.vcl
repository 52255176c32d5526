# Varnish before edges: LL-HLS and HLS for any number of players, one request for each object at the edge behind it.
#   varnishd -f /etc/varnish/hustings.vcl -a :8080 -s malloc,256m
# Name your edge below, by an address that stands nowhere else: not in DNS, not in a page. Then start the town hall with
#   hustings serve --overflow https://cdn.example.org
# TLS is somebody else's here: hitch, HAProxy, or a CDN before it.
vcl 4.1;

backend edge {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 2s;
    # Playlists and parts are asked for before they are there, and held for eight seconds at most.
    .first_byte_timeout = 12s;
    .between_bytes_timeout = 5s;
}

sub vcl_recv {
    if (req.method != "GET" && req.method != "HEAD") {
        return (synth(405));
    }
    # Sound and its captions, and nothing else of the town hall.
    if (req.url !~ "^/h/[a-z0-9-]+/(live|all|captions)\.m3u8(\?|$)" && req.url !~ "^/h/[a-z0-9-]+/(aac|vtt)/[a-z0-9.]+(\?|$)") {
        return (synth(404));
    }
    # One object has one address: of a query only what a playlist is asked with is kept, in one order.
    set req.http.X-Msn = "";
    set req.http.X-Part = "";
    set req.http.X-Skip = "";
    if (req.url ~ "\.m3u8\?(.*&)?_HLS_msn=[0-9]{1,12}(&|$)") {
        set req.http.X-Msn = "_HLS_msn=" + regsub(req.url, "^.*_HLS_msn=([0-9]{1,12}).*$", "\1");
        if (req.url ~ "[?&]_HLS_part=[0-9]{1,12}(&|$)") {
            set req.http.X-Part = "&_HLS_part=" + regsub(req.url, "^.*_HLS_part=([0-9]{1,12}).*$", "\1");
        }
        if (req.url ~ "[?&]_HLS_skip=(YES|v2)(&|$)") {
            set req.http.X-Skip = "&_HLS_skip=YES";
        }
        set req.url = regsub(req.url, "\?.*$", "") + "?" + req.http.X-Msn + req.http.X-Part + req.http.X-Skip;
    } else {
        set req.url = regsub(req.url, "\?.*$", "");
    }
    unset req.http.X-Msn;
    unset req.http.X-Part;
    unset req.http.X-Skip;
    unset req.http.Cookie;
    unset req.http.Authorization;
    unset req.http.Range;
    return (hash);
}

# The same for whichever name people came by.
sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}

sub vcl_backend_response {
    unset beresp.http.Set-Cookie;
    # A playlist past its time is a playlist too old: those who ask at once wait for the one answer.
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    # Refusals are kept for a moment too: a thousand players that ask too early are one request.
    if (beresp.status >= 400 || beresp.ttl <= 0s) {
        set beresp.ttl = 1s;
    }
    return (deliver);
}

sub vcl_backend_error {
    set beresp.http.Access-Control-Allow-Origin = "*";
    set beresp.http.Retry-After = "1";
    set beresp.ttl = 1s;
    set beresp.grace = 0s;
    return (deliver);
}

sub vcl_deliver {
    # Nothing told tells of who is behind.
    unset resp.http.Via;
    unset resp.http.X-Varnish;
}
