package operations

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
	"github.com/pocketbase/pocketbase/tools/router"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"hospital/internal/kit"
	"hospital/modules/audit"
)

// measure tells Prometheus how the server does, on a listener of its own that only
// this machine reaches. Nothing there names a person: requests are counted by the
// pattern of their route.
func measure(app core.App) {
	at := valueOf(metricsEnv)
	if at == "" {
		return
	}
	app.OnServe().Bind(&hook.Handler[*core.ServeEvent]{Id: "hospitalMetrics", Func: func(se *core.ServeEvent) error {
		registry := prometheus.NewRegistry()
		registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
		registry.MustRegister(gauges(se.App)...)
		for name, db := range map[string]dbx.Builder{"readers": se.App.ConcurrentDB(), "writer": se.App.NonconcurrentDB()} {
			if db, ok := db.(*dbx.DB); ok {
				registry.MustRegister(collectors.NewDBStatsCollector(db.DB(), name))
			}
		}
		se.Router.Bind(&hook.Handler[*core.RequestEvent]{Id: "hospitalMetrics", Priority: outermost, Func: counted(registry)})

		listener, err := net.Listen("tcp", at)
		if err != nil {
			return err
		}
		pages := http.NewServeMux()
		pages.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4}))
		server := &http.Server{Handler: pages, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second}
		se.App.OnTerminate().BindFunc(func(e *core.TerminateEvent) error {
			_ = server.Close()
			return e.Next()
		})
		go func() { _ = server.Serve(listener) }() // ends with the listener
		return se.Next()
	}})
}

// methods are those that are counted by name; callers may think of any.
var methods = []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// counted counts requests and how long they took.
func counted(registry *prometheus.Registry) func(*core.RequestEvent) error {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hospital_requests_total", Help: "Requests that were answered."}, []string{"route", "method", "status"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "hospital_request_seconds", Help: "How long they took.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}, []string{"route", "method"})
	flying := prometheus.NewGauge(prometheus.GaugeOpts{Name: "hospital_requests_in_flight", Help: "Requests that are being answered, streams too."})
	registry.MustRegister(requests, took, flying)
	return func(e *core.RequestEvent) error {
		began := time.Now()
		flying.Inc()
		defer flying.Dec()
		err := e.Next()
		route := e.Request.Pattern
		if _, path, ok := strings.Cut(route, " "); ok {
			route = path
		}
		method := e.Request.Method
		if !slices.Contains(methods, method) {
			method = "other"
		}
		requests.WithLabelValues(route, method, strconv.Itoa(statusOf(e, err))).Inc()
		if route != "/api/realtime" || method != http.MethodGet { // a stream lasts as long as somebody listens
			took.WithLabelValues(route, method).Observe(time.Since(began).Seconds())
		}
		return err
	}
}

// statusOf is with what a request is answered.
func statusOf(e *core.RequestEvent, err error) int {
	switch {
	case err != nil && !e.Written():
		return router.ToApiError(err).Status
	case e.Status() != 0:
		return e.Status()
	}
	return http.StatusOK
}

// gauges are what is measured when somebody asks.
func gauges(app core.App) (all []prometheus.Collector) {
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) {
		all = append(all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
	}
	gauge("hospital_info", "The version that runs.", prometheus.Labels{"version": kit.Version}, func() float64 { return 1 })
	for _, name := range []string{dataFile, dataFile + "-wal", logsFile, logsFile + "-wal"} {
		gauge("hospital_database_bytes", "How large the files of the databases are.", prometheus.Labels{"file": name}, func() float64 {
			info, err := os.Stat(filepath.Join(app.DataDir(), name))
			if err != nil {
				return 0
			}
			return float64(info.Size())
		})
	}
	gauge("hospital_disk_free_bytes", "How much more the disk of the data takes.", nil, func() float64 {
		free, _ := freeBytes(app.DataDir())
		return float64(free)
	})
	gauge("hospital_backup_timestamp_seconds", "When the newest backup was made; 0 when there is none.", nil, func() float64 {
		files, _ := backups(backupDir(app.DataDir()))
		if len(files) == 0 {
			return 0
		}
		info, err := os.Stat(files[len(files)-1])
		if err != nil {
			return 0
		}
		return float64(info.ModTime().Unix())
	})
	gauge("hospital_audit_waiting", "Entries of the audit log that are not written down yet.", nil, func() float64 { return float64(audit.Waiting(app)) })
	gauge("hospital_notices_overdue_seconds", "For how long the oldest notice to a patient should have been sent.", nil, func() float64 { return overdue(app) })
	gauge("hospital_streams", "Clients that listen to realtime.", nil, func() float64 { return float64(app.SubscriptionsBroker().TotalClients()) })
	return all
}

func overdue(app core.App) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	now := kit.Now(app)
	var due []string
	err := app.ConcurrentDB().NewQuery("SELECT next_try_at FROM notices WHERE status = 'pending' AND next_try_at <= {:now} ORDER BY next_try_at LIMIT 1").
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
