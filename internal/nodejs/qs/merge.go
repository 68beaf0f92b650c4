package qs

// merge joins the values of two parameters that claim the same place. target is the value
// that was there; it may be changed.
func merge(target, source any) any {
	there, isContainer := target.(*container)
	switch source := source.(type) {
	case *container:
		if isContainer {
			return mergeContainers(there, source)
		}
		return prepend(target, source)
	case string:
		switch {
		case source == "":
			return target // an empty value does not count beside another one
		case isContainer && there.list:
			there.push(source)
			return there
		}
	}
	return newList(target, source)
}

// prepend joins a string with a container that follows it.
func prepend(first any, rest *container) *container {
	if !rest.list {
		return newList(first, rest)
	}
	list := newList(first)
	for _, e := range rest.elements {
		list.setIndex(e.index+1, e.value)
	}
	list.length = max(list.length, rest.length+1)
	return list
}

// mergeContainers merges source into target. Of an array and an object it makes an
// object.
func mergeContainers(target, source *container) *container {
	if target.list && source.list {
		return mergeLists(target, source)
	}
	if target.list {
		target = target.toObject()
	}
	for key, value := range source.all() {
		if present, has := target.get(key); has {
			value = merge(present, value)
		}
		target.set(key, value)
	}
	return target
}

// mergeLists fills the holes of target with elements of source. Where both have an
// element, two containers are merged; anything else is appended.
func mergeLists(target, source *container) *container {
	for _, e := range source.elements {
		present, has := target.getIndex(e.index)
		if !has {
			target.setIndex(e.index, e.value)
			continue
		}
		there, isContainer := present.(*container)
		other, bothAre := e.value.(*container)
		if isContainer && bothAre {
			target.setIndex(e.index, mergeContainers(there, other))
		} else {
			target.push(e.value)
		}
	}
	return target
}
