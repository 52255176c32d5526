// A WHIP client on Pion: publishes an Ogg Opus file of one packet a page, until the file or the time ends.
//
// Not a part of the product: tests use it as an encoder that was not written here.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/pion/webrtc/v4/pkg/media"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
)

const frame = 20 * time.Millisecond

var (
	endpoint = flag.String("whip", "", "address of the WHIP endpoint")
	pass     = flag.String("pass", "", "bearer pass")
	file     = flag.String("file", "", "Ogg Opus file")
	seconds  = flag.Float64("seconds", 10, "how long to speak")
	overTCP  = flag.Bool("tcp", false, "use ICE over TCP alone")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	peer, track, err := offering()
	if err != nil {
		return err
	}
	defer peer.Close()
	connected := make(chan struct{})
	peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		fmt.Println(state)
		if state == webrtc.PeerConnectionStateConnected {
			close(connected)
		}
	})
	line, err := publish(peer)
	if err != nil {
		return err
	}
	select {
	case <-connected:
	case <-time.After(10 * time.Second):
		return errors.New("no connection within 10 s")
	}
	if err := speak(track); err != nil {
		return err
	}
	return hangUp(line)
}

func offering() (*webrtc.PeerConnection, *webrtc.TrackLocalStaticSample, error) {
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	if *overTCP {
		settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeTCP4})
	}
	peer, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, nil, err
	}
	kind := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}
	track, err := webrtc.NewTrackLocalStaticSample(kind, "audio", "pion")
	if err != nil {
		return nil, nil, err
	}
	one := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	_, err = peer.AddTransceiverFromTrack(track, one)
	return peer, track, err
}

// publish posts the offer and takes the answer; it gives the line's own address.
func publish(peer *webrtc.PeerConnection) (string, error) {
	offer, err := peer.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(peer)
	if err := peer.SetLocalDescription(offer); err != nil {
		return "", err
	}
	<-gathered
	response, err := ask(http.MethodPost, *endpoint, peer.LocalDescription().SDP)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("refused: %d %s", response.StatusCode, answer)
	}
	line, err := response.Location()
	if err != nil {
		return "", err
	}
	return line.String(), peer.SetRemoteDescription(webrtc.SessionDescription{
		Type: webrtc.SDPTypeAnswer, SDP: string(answer),
	})
}

func speak(track *webrtc.TrackLocalStaticSample) error {
	source, err := os.Open(*file)
	if err != nil {
		return err
	}
	defer source.Close()
	pages, _, err := oggreader.NewWith(source)
	if err != nil {
		return err
	}
	ticks := time.NewTicker(frame)
	defer ticks.Stop()
	until := time.Now().Add(time.Duration(*seconds * float64(time.Second)))
	for now := range ticks.C {
		packet, _, err := pages.ParseNextPage()
		if errors.Is(err, io.EOF) || now.After(until) {
			return nil
		}
		if err != nil {
			return err
		}
		if bytes.HasPrefix(packet, []byte("OpusTags")) {
			continue
		}
		if err := track.WriteSample(media.Sample{Data: packet, Duration: frame}); err != nil {
			return err
		}
	}
	return nil
}

func hangUp(line string) error {
	response, err := ask(http.MethodDelete, line, "")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the line was not ended: %d", response.StatusCode)
	}
	return nil
}

func ask(method, address, sdp string) (*http.Response, error) {
	request, err := http.NewRequest(method, address, bytes.NewBufferString(sdp))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+*pass)
	if sdp != "" {
		request.Header.Set("Content-Type", "application/sdp")
	}
	return http.DefaultClient.Do(request)
}
