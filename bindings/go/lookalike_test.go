package lookalike_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"lookalike.example/lookalike"
)

// login returns a token of the admin of a cloud, and the time at which it expires.
func login(t *testing.T, cloud *lookalike.Cloud) (token string, expires time.Time) {
	t.Helper()
	domain := map[string]any{"name": cloud.Domain}
	user := map[string]any{"name": cloud.Username, "password": cloud.Password, "domain": domain}
	body, err := json.Marshal(map[string]any{"auth": map[string]any{
		"identity": map[string]any{"methods": []string{"password"}, "password": map[string]any{"user": user}},
		"scope":    map[string]any{"project": map[string]any{"name": cloud.Project, "domain": domain}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post(cloud.AuthURL+"/auth/tokens", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var document struct {
		Token struct {
			ExpiresAt time.Time `json:"expires_at"`
		} `json:"token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&document); err != nil || response.StatusCode != http.StatusCreated {
		t.Fatalf("logging in: status %d, %v", response.StatusCode, err)
	}
	return response.Header.Get("X-Subject-Token"), document.Token.ExpiresAt
}

// ask sends a request to the Images API, and returns the status and the body of the response.
func ask(t *testing.T, cloud *lookalike.Cloud, token, method, path, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, cloud.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Auth-Token", token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// create makes an image of this name.
func create(t *testing.T, cloud *lookalike.Cloud, token, name string) {
	t.Helper()
	status, text := ask(t, cloud, token, "POST", "/v2/images", `{"name": "`+name+`", "disk_format": "raw", "container_format": "bare"}`)
	if status != http.StatusCreated {
		t.Fatalf("status %d: %s", status, text)
	}
}

// count returns the number of images that a user sees.
func count(t *testing.T, cloud *lookalike.Cloud, token string) int {
	t.Helper()
	var list struct {
		Images []any `json:"images"`
	}
	status, text := ask(t, cloud, token, "GET", "/v2/images", "")
	if status != http.StatusOK || json.Unmarshal([]byte(text), &list) != nil {
		t.Fatalf("status %d: %s", status, text)
	}
	return len(list.Images)
}

func TestATestHasACloudOfItsOwn(t *testing.T) {
	t.Parallel()
	one, other := lookalike.Run(t), lookalike.Run(t)
	token, _ := login(t, one)
	create(t, one, token, "mine")
	token, _ = login(t, other)
	if found := count(t, other, token); found != 0 {
		t.Errorf("the other cloud has %d images", found)
	}
}

func TestTheSandboxIsDeletedAfterItsTest(t *testing.T) {
	var cloud *lookalike.Cloud
	t.Run("inner", func(t *testing.T) { cloud = lookalike.Run(t) })
	_, err := cloud.Control.Info(context.Background())
	var refused *lookalike.Error
	if !errors.As(err, &refused) || refused.Status != http.StatusNotFound {
		t.Errorf("the cloud of a test that ended answers: %v", err)
	}
}

func TestAFaultMeetsARequestAndTheJournalNamesIt(t *testing.T) {
	t.Parallel()
	cloud := lookalike.Run(t)
	token, _ := login(t, cloud)
	id := cloud.Fault(lookalike.NewFault{
		Match: lookalike.FaultMatch{Method: "GET", Path: "/v2/images"},
		Times: 1,
		Fault: lookalike.FaultEffect{Status: 503, Message: "come back later", RetryAfter: lookalike.Ptr(0)},
	})
	if status, text := ask(t, cloud, token, "GET", "/v2/images", ""); status != 503 || !strings.Contains(text, "come back later") {
		t.Errorf("status %d: %s", status, text)
	}
	if found := count(t, cloud, token); found != 0 {
		t.Errorf("%d images", found)
	}
	requests := cloud.Requests(lookalike.RequestQuery{Path: "/v2/images", Limit: lookalike.Ptr(2)})
	if len(requests) != 2 || requests[0].Fault != id || *requests[0].Status != 503 || requests[1].Fault != "" {
		t.Errorf("requests: %+v", requests)
	}
	ctx := context.Background()
	faults, err := cloud.Control.Faults(ctx)
	if err != nil || len(faults) != 1 || !faults[0].Spent {
		t.Errorf("faults: %+v, %v", faults, err)
	}
	if err := cloud.Control.RemoveFault(ctx, id); err != nil {
		t.Error(err)
	}
}

func TestAnExpectationThatIsNotMetNamesTheClosestRequests(t *testing.T) {
	t.Parallel()
	cloud := lookalike.Run(t)
	token, _ := login(t, cloud)
	create(t, cloud, token, "one")
	posts := lookalike.RequestMatch{Method: "POST", Path: "/v2/images"}
	if found := cloud.Verify(lookalike.Expectation{Match: posts, Exactly: lookalike.Ptr(1)}); found != 1 {
		t.Errorf("%d requests match", found)
	}
	_, err := cloud.Control.Verify(context.Background(), lookalike.Expectation{Match: posts, Exactly: lookalike.Ptr(0)})
	var unmet *lookalike.Unmet
	if !errors.As(err, &unmet) || unmet.Count != 1 || !strings.Contains(err.Error(), "POST /v2/images → 201") {
		t.Errorf("the error is %v", err)
	}
}

func TestTimeStandsStillAndMovesOn(t *testing.T) {
	t.Parallel()
	cloud := lookalike.Run(t)
	start := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	cloud.Freeze(start)
	token, expires := login(t, cloud)
	if expires.Year() != 2030 {
		t.Errorf("the token expires at %s", expires)
	}
	cloud.Advance(expires.Sub(start) + time.Second)
	if status, _ := ask(t, cloud, token, "GET", "/v2/images", ""); status != http.StatusUnauthorized {
		t.Errorf("a token that expired: status %d", status)
	}
	if err := cloud.Control.RestoreClock(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestASnapshotASeedAndAResetChangeWhatThereIs(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	cloud := lookalike.Run(t, lookalike.WithSeed("demo"))
	token, _ := login(t, cloud)
	seeded := count(t, cloud, token)
	if seeded == 0 {
		t.Fatal("the seed made no image")
	}
	cloud.Save("before")
	create(t, cloud, token, "more")
	archive, err := cloud.Control.Export(ctx, "before")
	if err != nil {
		t.Fatal(err)
	}
	if err := cloud.Control.Import(ctx, "copy", bytes.NewReader(archive)); err != nil {
		t.Fatal(err)
	}
	cloud.Load("copy")
	token, _ = login(t, cloud)
	if found := count(t, cloud, token); found != seeded {
		t.Errorf("%d images after the snapshot was loaded, %d before", found, seeded)
	}
	planted, err := cloud.Control.PlantYAML(ctx, "images:\n- {name: planted, disk_format: raw, container_format: bare}\n")
	if err != nil || planted.Made.Images != 1 {
		t.Errorf("planted: %+v, %v", planted, err)
	}
	cloud.Reset()
	token, _ = login(t, cloud)
	if found := count(t, cloud, token); found != seeded {
		t.Errorf("%d images after a reset, %d at the start", found, seeded)
	}
}

func TestPaceHoldsAnUploadInSaving(t *testing.T) {
	t.Parallel()
	cloud := lookalike.Run(t)
	cloud.Pace(lookalike.PaceRule{Saving: &lookalike.PaceStay{Polls: 1}})
	shown, err := cloud.Control.Pace(context.Background())
	if err != nil || len(shown.Rules) != 1 || shown.Rules[0].Saving.Polls != 1 {
		t.Errorf("pace: %+v, %v", shown, err)
	}
	cloud.Pace()
	shown, err = cloud.Control.Pace(context.Background())
	if err != nil || len(shown.Rules) != 0 {
		t.Errorf("pace: %+v, %v", shown, err)
	}
}

func TestASettingChangesWhileTheCloudRuns(t *testing.T) {
	t.Parallel()
	cloud := lookalike.Run(t)
	cloud.Configure(lookalike.Settings{"image_size_cap": 1024})
	settings, err := cloud.Control.Config(context.Background())
	if err != nil || settings["image_size_cap"] != 1024.0 {
		t.Errorf("%v, %v", settings["image_size_cap"], err)
	}
	_, err = cloud.Control.Configure(context.Background(), lookalike.Settings{"no_such_setting": 1})
	var refused *lookalike.Error
	if !errors.As(err, &refused) || refused.Status != 400 || !strings.Contains(refused.Message, "no_such_setting") {
		t.Errorf("the error is %v", err)
	}
}

func TestAUserIsLookedUpAndADialectIsSpoken(t *testing.T) {
	t.Parallel()
	cloud := lookalike.Run(t, lookalike.WithDialect("pcd"))
	if user := cloud.User("demo"); user.Project != "demo" || user.Password == "" || user.Domain == "" {
		t.Errorf("the user is %+v", user)
	}
	status, err := cloud.Control.Status(context.Background())
	if err != nil || status.Dialect != "pcd" {
		t.Errorf("the status is %+v, %v", status, err)
	}
}

func TestAServerEndsWhenItIsStopped(t *testing.T) {
	t.Parallel()
	if os.Getenv("LOOKALIKE_URL") != "" {
		t.Skip("the tests run on a server that somebody else started")
	}
	server, err := lookalike.Start(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
	if _, err := http.Get(server.URL); err == nil {
		t.Error("it answers after its end")
	}
}

func TestAProgramThatRefusesItsOptionsSaysWhy(t *testing.T) {
	t.Parallel()
	if os.Getenv("LOOKALIKE_URL") != "" {
		t.Skip("the tests run on a server that somebody else started")
	}
	_, err := lookalike.Start(context.Background(), "", "--nonsense")
	if err == nil || !strings.Contains(err.Error(), "'--nonsense'") {
		t.Errorf("the error is %v", err)
	}
}

func TestNotificationsComeAsTheyAreSentAndGoOnBehindOneThatWasRead(t *testing.T) {
	t.Parallel()
	cloud := lookalike.Run(t)
	token, _ := login(t, cloud)
	stream, err := cloud.Control.Notifications(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	create(t, cloud, token, "first")
	create(t, cloud, token, "second")
	id, told, err := stream.Next()
	if err != nil || told.EventType != "image.create" || told.Payload.(map[string]any)["name"] != "first" {
		t.Fatalf("%+v, %v", told, err)
	}
	stream.Close()
	again, err := cloud.Control.Notifications(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	_, told, err = again.Next()
	if err != nil || told.Payload.(map[string]any)["name"] != "second" {
		t.Fatalf("%+v, %v", told, err)
	}
}
