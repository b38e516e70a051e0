interface Visit extends Stored {
	number: string;
	patient: string;
	patient_name: string;
	doctor: string;
	starts: string;
	ends: string;
	room?: string;
	capacity?: number;
	visit_type: string;
	reason?: string;
	status: string;
	cancel_code?: string;
	cancel_note?: string;
	staff_note?: string;
	overbook?: boolean;
	requested_by?: string;
	checked_in_at?: string;
	started_at?: string;
	version: number;
	expand?: {
		patient?: Patient;
		doctor?: Doctor;
	};
}

interface Slot {
	starts: string;
	ends: string;
	doctor: string;
	room: string;
	remaining: number;
}

interface Schedule extends Stored {
	doctor: string;
	weekday: number;
	start_time: string;
	end_time: string;
	slot_minutes: number;
	capacity: number;
	valid_from: string;
	valid_until: string;
	room: string;
	active: boolean;
}

interface TimeOff extends Stored {
	doctor: string;
	starts: string;
	ends: string;
	reason: string;
	active: boolean;
	affected?: { id: string }[];
	expand?: {
		doctor?: Doctor;
	};
}

interface Rebooking extends Stored {
	time_off: string;
	doctor: string;
	status: string;
	note: string;
	moved: number;
	cancelled: number;
	requested_by: string;
	applied_by: string;
	applied_at: string;
	version: number;
	expand?: {
		time_off?: TimeOff;
		applied_by?: User;
	};
}

interface RebookingItem extends Stored {
	rebooking: string;
	appointment: string;
	outcome: string;
	old_starts: string;
	starts: string;
	ends: string;
	why: string;
	expand?: {
		appointment?: Visit;
	};
}

interface NoticePreference extends Stored {
	user: string;
	kind: string;
	email: boolean;
	no_texts: boolean;
}

interface Notice extends Stored {
	patient: string;
	appointment: string;
	about: string;
	kind: string;
	channel: string;
	sent_at: string;
	old_starts: string;
	new_starts: string;
	note: string;
	seen: boolean;
	status: string;
	error?: string;
	expand?: {
		patient?: Patient;
		appointment?: Visit;
	};
}
