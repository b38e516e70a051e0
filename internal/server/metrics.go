package server

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/hook"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hospital/internal/backup"
	"hospital/internal/broadcast"
	"hospital/internal/config"
	"hospital/internal/disk"
	"hospital/internal/kit"
	"hospital/internal/sqlite"
	"hospital/modules/audit"
)

// serveMetrics serves Prometheus metrics on a separate listener, which only this machine
// can reach. Requests are counted by route pattern, so that no label contains an id.
func serveMetrics(app core.App) {
	address := config.Metrics.Value()
	if address == "" {
		return
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalMetrics", Func: func(se *core.ServeEvent) error {
		registry := prometheus.NewRegistry()
		registry.MustRegister(
			collectors.NewGoCollector(),
			collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		)
		registry.MustRegister(gauges(se.App)...)
		databases := map[string]dbx.Builder{"readers": se.App.ConcurrentDB(), "writer": se.App.NonconcurrentDB()}
		for name, db := range databases {
			if db, ok := db.(*dbx.DB); ok {
				registry.MustRegister(collectors.NewDBStatsCollector(db.DB(), name))
			}
		}
		count := countRequests(registry)
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalMetrics", Priority: kit.OrderOutermost, Func: count})

		listener, err := net.Listen("tcp", address)
		if err != nil {
			return err
		}
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
		server := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
		se.App.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
			_ = server.Close()
			return e.Next()
		})
		go func() { _ = server.Serve(listener) }() // ends when the server is closed
		return se.Next()
	}})
}

// knownMethods are counted by name. All others share one label, because clients can send
// any word as a method.
var knownMethods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
	http.MethodDelete, http.MethodOptions}

// countRequests counts requests and measures how long they take.
func countRequests(registry *prometheus.Registry) func(*core.RequestEvent) error {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "hospital_requests_total", Help: "Answered requests."}, []string{"route", "method", "status"})
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "hospital_request_seconds", Help: "Duration of requests.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}, []string{"route", "method"})
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "hospital_requests_in_flight", Help: "Requests being answered, including streams."})
	registry.MustRegister(requests, seconds, inFlight)
	return func(e *core.RequestEvent) error {
		started := time.Now()
		inFlight.Inc()
		defer inFlight.Dec()
		err := e.Next()
		route := e.Request.Pattern
		if _, path, ok := strings.Cut(route, " "); ok {
			route = path
		}
		method := e.Request.Method
		if !slices.Contains(knownMethods, method) {
			method = "other"
		}
		requests.WithLabelValues(route, method, strconv.Itoa(statusOf(e, err))).Inc()
		// Not realtime streams, which last as long as the client stays connected.
		if route != "/api/realtime" || method != http.MethodGet {
			seconds.WithLabelValues(route, method).Observe(time.Since(started).Seconds())
		}
		return err
	}
}

// gauges are measured whenever Prometheus reads them.
func gauges(app core.App) (all []prometheus.Collector) {
	counter := func(name, help string, value func() float64) {
		all = append(all, prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value))
	}
	counter("hospital_database_faults_total",
		"Failures of the database or its disk: full, busy, damaged, read-only, out of descriptors.",
		func() float64 { return float64(sqlite.Faults(app)) })
	counter("hospital_transactions_total", "Transactions that wrote.", func() float64 {
		count, _, _ := sqlite.Transactions(app)
		return float64(count)
	})
	counter("hospital_transaction_seconds_total", "How long transactions kept others from writing.", func() float64 {
		_, held, _ := sqlite.Transactions(app)
		return held.Seconds()
	})
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) {
		options := prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}
		all = append(all, prometheus.NewGaugeFunc(options, value))
	}
	gauge(
		"hospital_info",
		"The running version.",
		prometheus.Labels{"version": kit.Version},
		func() float64 { return 1 },
	)
	files := []string{sqlite.DataFile, sqlite.DataFile + "-wal", sqlite.LogsFile, sqlite.LogsFile + "-wal"}
	for _, name := range files {
		gauge(
			"hospital_database_bytes",
			"Size of the database files.",
			prometheus.Labels{"file": name},
			func() float64 {
				info, err := os.Stat(filepath.Join(app.DataDir(), name))
				if err != nil {
					return 0
				}
				return float64(info.Size())
			},
		)
	}
	gauge("hospital_disk_free_bytes", "Free space on the disk of the data directory.", nil, func() float64 {
		free, _ := disk.Free(app, app.DataDir())
		return float64(free)
	})
	gauge("hospital_backup_timestamp_seconds", "When the newest backup was made; 0 without a backup.", nil,
		func() float64 { return unixSeconds(backup.Newest(app.DataDir())) })
	gauge("hospital_backup_checked_timestamp_seconds", "When a backup was last restored and verified; 0 if never.", nil,
		func() float64 { return unixSeconds(backup.Checked(app)) })
	gauge("hospital_audit_waiting", "Entries of the audit log that are not written yet.", nil, func() float64 {
		return float64(audit.Waiting(app))
	})
	gauge(
		"hospital_notices_overdue_seconds",
		"How late the oldest unsent notice to a patient is.",
		nil,
		func() float64 {
			return overdue(app)
		},
	)
	gauge("hospital_streams", "Connected realtime clients.", nil, func() float64 {
		return float64(app.SubscriptionsBroker().TotalClients())
	})
	all = append(all, prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "hospital_overloaded_total", Help: "Large requests that were refused for lack of memory.",
	}, func() float64 { return float64(memoryOf(app).refused.Load()) }))
	all = append(all, prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "hospital_streams_closed_total", Help: "Realtime streams that were closed because they did not keep up.",
	}, func() float64 { return float64(broadcast.Closed(app)) }))
	return all
}

// overdue is 0 while there is no mail server, which ready and the lines at start say.
func overdue(app core.App) float64 {
	if !app.Settings().SMTP.Enabled {
		return 0
	}
	ctx, cancel := context.WithTimeout(context.Background(), queryTimeout)
	defer cancel()
	now := kit.Now(app)
	var due []string
	err := app.ConcurrentDB().NewQuery("SELECT next_try_at FROM notices " +
		"WHERE status = 'pending' AND next_try_at <= {:now} ORDER BY next_try_at LIMIT 1").
		Bind(dbx.Params{"now": kit.FormatInstant(now)}).WithContext(ctx).Column(&due)
	if err != nil || len(due) == 0 {
		return 0
	}
	at, err := kit.ParseInstant(due[0])
	if err != nil {
		return 0
	}
	return now.Sub(at).Seconds()
}

// unixSeconds is 0 for the zero time.
func unixSeconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.Unix())
}
