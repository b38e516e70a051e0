interface CareTeamEntry extends Stored {
	patient: string;
	source: string;
	starts: string;
	ends: string;
	expand?: {
		patient?: Patient;
		appointment?: Visit;
	};
}

interface Thread extends Stored {
	patient: string;
	doctor: string;
	appointment: string;
	subject: string;
	closed: boolean;
	last_message_at: string;
	unread_by_patient: number;
	unread_by_doctor: number;
	expand?: {
		patient?: Patient;
		doctor?: Doctor;
		appointment?: Visit;
	};
}

interface Message extends Stored {
	thread: string;
	patient: string;
	doctor: string;
	author: string;
	side: string;
	text: string;
	document: string;
	out_of_office_until: string;
	seen: boolean;
	expand?: {
		document?: PatientDocument;
	};
}
