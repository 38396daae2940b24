/** The notices of notices.ts, in a corner and in a live region that is always there. */
import { t } from '../text/text.ts'
import { X } from './icons.ts'
import { dismiss, useNotices } from './notices.ts'

/** All notices shown now. */
export function Notices() {
  const notices = useNotices()
  return (
    <div className="notices" role="status" aria-live="polite">
      {notices.map((notice) => (
        <div key={notice.id} className={`notice notice-${notice.level}`}>
          <div>
            <strong>{notice.text}</strong>
            {notice.hint !== null && <p>{notice.hint}</p>}
          </div>
          <button
            type="button"
            className="icon-button"
            aria-label={t('app.dismiss')}
            onClick={() => dismiss(notice.id)}
          >
            <X size={16} />
          </button>
        </div>
      ))}
    </div>
  )
}
