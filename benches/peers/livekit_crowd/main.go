// Listeners of a LiveKit room, or the voice that they hear. What they have to tell is asked for by a
// line on standard input and told in a line of JSON, as the other crowds of this folder tell it.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/livekit/protocol/auth"
	"github.com/livekit/protocol/logger"
	lksdk "github.com/livekit/server-sdk-go/v2"
	"github.com/pion/webrtc/v4"
)

const (
	patience = time.Second
	packet   = 20 * time.Millisecond
	tick     = 10 * time.Millisecond
)

var (
	url    = flag.String("url", "ws://127.0.0.1:7880", "where the server is")
	key    = flag.String("key", "measured", "")
	secret = flag.String("secret", "", "")
	voice  = flag.String("voice", "", "publish this file instead of listening")
	count  = flag.Int("listeners", 1, "")
	perS   = flag.Float64("per-s", 100, "so many come each second")
	name   = flag.String("name", "ear", "what listeners are called")
)

// ear is one listener. Sound that comes after the buffer ran dry is a stall, and play begins anew.
type ear struct {
	sync.Mutex
	asked, first, last, dry time.Time
	longest                 time.Duration
	pieces, stalls, missing int
	failed, gone            bool
}

type tally struct {
	Wanted     int         `json:"wanted"`
	Playing    int         `json:"playing"`
	TurnedAway int         `json:"turned_away"`
	LetGo      int         `json:"let_go"`
	Pieces     int         `json:"pieces"`
	Stalls     int         `json:"stalls"`
	Missing    int         `json:"missing"`
	First      map[int]int `json:"first_sound_ms"`
	Waits      map[int]int `json:"waits_ms"`
	Late       map[int]int `json:"late_ms"`
}

func main() {
	flag.Parse()
	lksdk.SetLogger(logger.GetDiscardLogger())
	if *voice != "" {
		publish()
		return
	}
	ears := make([]*ear, *count)
	for n := range ears {
		ears[n] = &ear{}
	}
	go come(ears)
	own := &lateness{seen: map[int]int{}}
	go own.watch()
	asked := bufio.NewScanner(os.Stdin)
	for asked.Scan() {
		told, _ := json.Marshal(tell(ears, own))
		fmt.Println(string(told))
	}
}

func come(ears []*ear) {
	began := time.Now()
	for n, one := range ears {
		time.Sleep(time.Until(began.Add(time.Duration(float64(n) / *perS * float64(time.Second)))))
		go one.listen(fmt.Sprintf("%s-%d", *name, n))
	}
}

func (e *ear) listen(identity string) {
	e.Lock()
	e.asked = time.Now()
	e.Unlock()
	told := lksdk.NewRoomCallback()
	told.OnTrackSubscribed = func(t *webrtc.TrackRemote, _ *lksdk.RemoteTrackPublication, _ *lksdk.RemoteParticipant) {
		go e.hear(t)
	}
	told.OnDisconnected = func() {
		e.Lock()
		e.gone = true
		e.Unlock()
	}
	room, err := lksdk.ConnectToRoomWithToken(*url, token(identity, false), told,
		lksdk.WithDisableRegionDiscovery())
	e.Lock()
	e.failed = err != nil
	e.Unlock()
	_ = room
}

func (e *ear) hear(track *webrtc.TrackRemote) {
	var number uint16
	for {
		one, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		e.came(time.Now(), number, one.SequenceNumber)
		number = one.SequenceNumber
	}
}

func (e *ear) came(now time.Time, before, number uint16) {
	e.Lock()
	defer e.Unlock()
	e.pieces++
	if e.first.IsZero() {
		e.first, e.last, e.dry = now, now, now.Add(patience+packet)
		return
	}
	if ahead := int16(number - before); ahead > 1 {
		e.missing += int(ahead) - 1
	}
	e.longest = max(e.longest, now.Sub(e.last))
	if now.After(e.dry) {
		e.stalls++
		e.dry = now
	}
	e.last, e.dry = now, e.dry.Add(packet)
}

func tell(ears []*ear, own *lateness) tally {
	told := tally{Wanted: len(ears), First: map[int]int{}, Waits: map[int]int{}, Late: own.told()}
	now := time.Now()
	for _, e := range ears {
		e.Lock()
		heard := !e.first.IsZero()
		ended := e.failed || e.gone
		told.Pieces += e.pieces
		told.Missing += e.missing
		told.Stalls += e.stalls
		switch {
		case heard && ended:
			told.LetGo++
		case heard:
			told.Playing++
			told.Waits[int(max(e.longest, now.Sub(e.last)).Milliseconds())]++
		case ended:
			told.TurnedAway++
		}
		if heard {
			told.First[int(e.first.Sub(e.asked).Milliseconds())]++
			if now.After(e.dry) {
				told.Stalls++
			}
		}
		e.longest = 0
		e.Unlock()
	}
	return told
}

// lateness is how late this program itself is, at a tick of its own.
type lateness struct {
	sync.Mutex
	seen map[int]int
}

func (l *lateness) watch() {
	for {
		due := time.Now().Add(tick)
		time.Sleep(tick)
		l.Lock()
		l.seen[int(time.Since(due).Milliseconds())]++
		l.Unlock()
	}
}

func (l *lateness) told() map[int]int {
	l.Lock()
	defer l.Unlock()
	seen := l.seen
	l.seen = map[int]int{}
	return seen
}

// publish until standard input ends.
func publish() {
	room, err := lksdk.ConnectToRoomWithToken(*url, token("voice", true), lksdk.NewRoomCallback(),
		lksdk.WithDisableRegionDiscovery())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	track, err := lksdk.NewLocalFileTrack(*voice)
	if err == nil {
		_, err = room.LocalParticipant.PublishTrack(track, &lksdk.TrackPublicationOptions{Name: "voice"})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("published")
	for asked := bufio.NewScanner(os.Stdin); asked.Scan(); {
	}
}

// token lets one in; a listener says nothing, and is not told of to the others.
func token(identity string, speaks bool) string {
	listens := !speaks
	grant := &auth.VideoGrant{RoomJoin: true, Room: "hall", CanPublish: &speaks, CanSubscribe: &listens,
		CanPublishData: &speaks, Hidden: listens}
	made, _ := auth.NewAccessToken(*key, *secret).SetIdentity(identity).SetVideoGrant(grant).ToJWT()
	return made
}
