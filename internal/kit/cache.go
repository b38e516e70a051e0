package kit

import (
	"sync"

	"github.com/pocketbase/pocketbase/core"
)

// FindCached reads a record of a collection that is declared Cached from memory. While
// the collection is being written it reads the database. The record is shared: do not
// change it.
func FindCached(app core.App, collection, id string) (*core.Record, error) {
	cache := cacheOf(app)
	key := collection + "/" + id
	r, epoch := cache.get(key, collection)
	if r != nil {
		return r, nil
	}
	r, err := app.FindRecordById(collection, id)
	if err != nil {
		return nil, err
	}
	cache.put(key, collection, r, epoch)
	return r, nil
}

// FindAllCached reads all records of a collection that is declared Cached, as FindCached does. They are shared: do
// not change them.
func FindAllCached(app core.App, collection string) ([]*core.Record, error) {
	cache := cacheOf(app)
	all, epoch := cache.getAll(collection)
	if all != nil {
		return all, nil
	}
	all, err := app.FindAllRecords(collection)
	if err != nil {
		return nil, err
	}
	all = append([]*core.Record{}, all...) // not nil if there are none
	cache.putAll(collection, all, epoch)
	return all, nil
}

// recordCache holds rows that change rarely. It is not used while a collection is written,
// from the first write to the end of the transaction.
type recordCache struct {
	lock    sync.Mutex
	records map[string]*core.Record
	lists   map[string][]*core.Record // all records of a collection
	writers map[string]int            // number of running transactions that write a collection
	epoch   map[string]int            // number of writes to a collection
}

func cacheOf(app core.App) *recordCache {
	return app.Store().GetOrSet("kit.cache", func() any {
		return &recordCache{records: map[string]*core.Record{}, lists: map[string][]*core.Record{},
			writers: map[string]int{}, epoch: map[string]int{}}
	}).(*recordCache)
}

func (c *recordCache) get(key, collection string) (*core.Record, int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.writers[collection] > 0 {
		return nil, -1
	}
	return c.records[key], c.epoch[collection]
}

// put stores a record that was read, unless the collection was written since.
func (c *recordCache) put(key, collection string, r *core.Record, epoch int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.writers[collection] == 0 && c.epoch[collection] == epoch {
		c.records[key] = r
	}
}

func (c *recordCache) getAll(collection string) ([]*core.Record, int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.writers[collection] > 0 {
		return nil, -1
	}
	return c.lists[collection], c.epoch[collection]
}

// putAll stores all records of a collection, unless it was written since they were read.
func (c *recordCache) putAll(collection string, all []*core.Record, epoch int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.writers[collection] == 0 && c.epoch[collection] == epoch {
		c.lists[collection] = all
	}
}

func (c *recordCache) writing(collection string, by int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.writers[collection] += by
	c.epoch[collection]++
	clear(c.records) // few and cheap to read again
	delete(c.lists, collection)
}

// dropCached empties the cache when a cached collection is written.
func dropCached(app core.App, declared Catalog) {
	written := func(e *core.RecordEvent) error {
		name := e.Record.Collection().Name
		if !declared[name].Cached {
			return e.Next()
		}
		cache := cacheOf(e.App)
		cache.writing(name, 1)
		if info := e.App.TxInfo(); info != nil {
			info.OnComplete(func(error) error {
				cache.writing(name, -1)
				return nil
			})
		} else {
			defer cache.writing(name, -1)
		}
		return e.Next()
	}
	app.OnRecordCreateExecute().BindFunc(written)
	app.OnRecordUpdateExecute().BindFunc(written)
	app.OnRecordDeleteExecute().BindFunc(written)
}
